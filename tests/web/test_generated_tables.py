"""Pages read parameters from the generated tables: nothing is typed twice, and nothing generated for nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tonewright
from tonewright.parameters import PARAMETERS, Parameter
from tonewright.web import tables

SOURCE = Path(tonewright.__file__).parent
SCRIPTS = sorted(path for path in SOURCE.glob("*/static/**/*.js") if path.name != "parameters.js")
TABLES = tables()

_NUMBER = r"-?\d[\d_]*(?:\.\d+)?(?:e-?\d+)?"


def without_comments(text: str) -> str:
    """Remove comments, but not what looks like one within a string."""
    pattern = r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|/\*.*?\*/|(?<![:"'])//[^\n]*"""
    return re.sub(pattern, lambda found: found[1] or " ", text, flags=re.DOTALL)


def retyped(text: str) -> Iterator[str]:
    """Yield every place where a script states something about a parameter that the tables hold."""
    code = without_comments(text)
    # A number beside the name of a parameter, whatever it is: a default, a neutral value, a limit.
    names = "|".join(name for name in PARAMETERS if name != "q")
    beside = rf"""(?<![\w-])(?:{names})\b["']?\s*\]?\s*(?::|\?\?=?|\|\||[=!]=+|=)\s*{_NUMBER}"""
    # One letter is also a variable's name: only where it is a key or is given a default.
    letter = rf"""(?<![\w"'-])q["']?\s*(?::|\?\?=?|\|\|)\s*{_NUMBER}"""
    yield from (found[0] for found in re.finditer(f"{beside}|{letter}", code))
    # A comparison with one of its values.
    for found in re.finditer(rf"""\b({names})\b["']?\s*\]?\s*[<>]=?\s*({_NUMBER})""", code):
        if float(found[2]) in _values(PARAMETERS[found[1]]):
            yield found[0]
    # A pair that is the range of a parameter.
    ranges = {pair for row in PARAMETERS.values() for pair in (row.limits, (row.search.low, row.search.high))}
    for found in re.finditer(rf"\[\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\]", code):
        if (float(found[1]), float(found[2])) in ranges:
            yield found[0]
    # A number that is nothing else: nobody arrives at 0.7071 or 21050 by chance.
    values = set().union(*map(_values, PARAMETERS.values()))
    special = {value for value in values if len(str(abs(value)).strip("0.").replace(".", "")) >= 3}
    special.add(TABLES["HIGHEST_OF_RATE"])
    for found in re.finditer(rf"(?<![\w.]){_NUMBER}(?![\w.])", code):
        if float(found[0]) in special:
            yield found[0]
    # A list of types or of choices, in code or in a type.
    for known in (*TABLES["CHOICES"].values(), TABLES["BAND_TYPES"]):
        word = rf"""["']?(?:{"|".join(known)})["']?"""
        listed = rf"(?:{word}\s*(?::\s*[^,|\n]+)?\s*[,|]\s*){{{min(len(known), 3) - 1},}}{word}"
        yield from (found[0] for found in re.finditer(listed, text))


def _values(row: Parameter) -> set[float]:
    return {*row.limits, row.search.low, row.search.high, row.default}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_nothing_about_parameters_is_typed_again(path: Path) -> None:
    assert list(retyped(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "function reduction({ threshold_db, ratio, knee_db = 6 }) {}",
        "const REST = { threshold_db: -30, ratio: 1 };",
        "const gain = band.gain_db ?? 0;",
        "if (compressor.ratio === 1) return;",
        "if (compressor['ratio'] > 1) return;",
        "const q = band.q ?? 1;",
        "const shelf = { q: 0.5 };",
        "const BOUNDS = [-40, 40];",
        "const SEARCH = [ 20, 21050 ];",
        "const FLAT = 0.7071;",
        "const usable = 0.49 * rate;",
        '/** @typedef {"low_shelf" | "peak" | "high_shelf"} Kind */',
        'const ORDERS = ["serial", "eq_then_drc", "crossover"];',
        'const NAMES = { low_shelf: "Tief", peak: "Glocke", high_shelf: "Hoch" };',
        '/** @type {"max" | "none"} */',
    ],
)
def test_what_is_typed_again_is_found(line: str) -> None:
    assert list(retyped(line))


def test_what_is_used_is_not_found() -> None:
    used = """
      // gain_db: 0 would be too much, as would [-40, 40].
      const { ratio, knee_db } = compressor;
      if (kind === "low_shelf" || kind === "high_shelf") return { ...band, gain_db: PARAMETERS.gain_db.neutral };
      let q = 0;
      switch (kind) { case "peak": return 1; case "low_pass": return 2; case "high_pass": return 3; }
    """
    assert list(retyped(used)) == []


def test_everything_generated_has_a_reader() -> None:
    scripts = {path: path.read_text(encoding="utf-8") for path in SCRIPTS}
    code = {path: without_comments(text) for path, text in scripts.items()}
    imports = r"import\s*\{([^}]*)\}\s*from\s*[\"'][^\"']*parameters\.js[\"']"
    imported = {
        name.strip() for text in code.values() for names in re.findall(imports, text) for name in names.split(",")
    }
    # Types are made of what is generated as well.
    typed = {name for text in scripts.values() for name in re.findall(r'Tables\["(\w+)"\]', text)}
    assert TABLES.keys() == imported | typed
    rows = [*TABLES["PARAMETERS"].values(), *(row["search"] for row in TABLES["PARAMETERS"].values())]
    fields = {key for row in (*rows, *TABLES["EVEN_BANDS"], TABLES["SETTINGS"], TABLES["STREAM"]) for key in row}
    # A field is read with a dot or taken out of braces.
    reads = {
        name for text in code.values() for name in re.findall(r"\.(\w+)\b|[{,]\s*(\w+)(?=[^{}]*\}\s*(?:=|\)))", text)
    }
    assert fields <= {name for pair in reads for name in pair}
