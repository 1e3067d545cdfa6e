"""Ratings in the columns of webMUSHRA's results, so that scripts made for those read ours."""

from __future__ import annotations

from typing import Any

from tonewright.listening.results import Results, ResultsError

#: Columns of webMUSHRA's ``mushra.csv`` besides the questionnaire's, which stand between the first and the others.
COLUMNS = (
    "session_test_id",
    "session_uuid",
    "trial_id",
    "rating_stimulus",
    "rating_score",
    "rating_time",
    "rating_comment",
)


def webmushra_rows(results: Results) -> tuple[list[str], list[dict[str, Any]]]:
    """Return columns and rows, one per score; times are in ms as there, catch trials are left out.

    Raises
    ------
    ResultsError
        If the study has no ratings.
    """
    if results.kind not in ("rating", "mushra"):
        raise ResultsError(
            f"webMUSHRA's table holds ratings, and {results.study} is of the kind {results.kind}; use csv."
        )
    listeners = {listener.id: listener for listener in results.listeners}
    asked = list(dict.fromkeys(name for listener in results.listeners for name in listener.answers))
    rows = [
        {
            "session_test_id": results.study,
            **{name: listeners[rating.listener].answers.get(name) for name in asked},
            "session_uuid": rating.listener,
            # A retest is a trial of its own there.
            "trial_id": rating.item if rating.repeat == 0 else f"{rating.item} #{rating.repeat + 1}",
            "rating_stimulus": "reference" if rating.role == "reference" else rating.system,
            "rating_score": rating.score,
            "rating_time": None if rating.seconds is None else round(1000.0 * rating.seconds),
            "rating_comment": rating.comment,
        }
        for rating in results.ratings
        if not rating.catch
    ]
    return [COLUMNS[0], *asked, *COLUMNS[1:]], rows
