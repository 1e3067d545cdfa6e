"""What can be analysed: results of a study, or listening data that somebody has already."""

from __future__ import annotations

from pathlib import Path

from tonewright.listening.analysis.choices import from_population
from tonewright.listening.results import Results, ResultsError, parse_results
from tonewright.population.imports import parse_population


def read_answers(path: str | Path) -> Results:
    """Read a results file, or a population (ours, the published data, or a CSV of choices) as an adjustment study.

    Raises
    ------
    ResultsError, PopulationError
        If it cannot be read or is neither.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ResultsError(f"There are no results {path}; tonewright study export writes them.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from None
    looks = text.lstrip()[:1] == "{"
    # Keys of a results file come first: a population says its kind there.
    if looks and '"tonewright population"' not in text[:500]:
        return parse_results(text, str(path))
    return from_population(parse_population(text, str(path)), path.stem)
