r"""Tables for a paper: ``booktabs``, everything escaped, a label by the table's name."""

from __future__ import annotations

import re

from tonewright.listening.analysis.report.parts import Table

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$", "|": r"$|$",
}  # fmt: skip
_NEGATIVE = re.compile(r"(?<![\w.)])-(?=\d)")


def latex_table(table: Table) -> str:
    r"""Return a table environment; the document needs ``\usepackage{booktabs}``."""
    head = " & ".join(escaped(each) for each in table.columns)
    lines = [
        "% Made with Tonewright; needs \\usepackage{booktabs}.",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{escaped(table.caption)}}}",
        rf"\label{{tab:{table.name}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(table.columns) - 1)}}}",
        r"\toprule",
        head + r" \\",
        r"\midrule",
        *(" & ".join(escaped(cell) for cell in row) + r" \\" for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text that LaTeX prints as it is, with true minus signs."""
    return _NEGATIVE.sub("$-$", "".join(_SPECIAL.get(character, character) for character in text))
