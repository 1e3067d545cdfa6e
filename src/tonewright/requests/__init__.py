"""The one table of requests: what can be asked of Tonewright, through whichever face.

An option is declared in :mod:`~tonewright.requests.table` and nowhere else: type, range, default, one sentence. The
command line, the studio, the assistant, studies and the Python functions read it there. Importing this loads neither
numpy nor pydantic.
"""

from __future__ import annotations

from tonewright.requests.fault import RequestError as RequestError
from tonewright.requests.request import Request as Request
from tonewright.requests.table import KINDS as KINDS
from tonewright.requests.table import Auto as Auto
from tonewright.requests.table import Compare as Compare
from tonewright.requests.table import Export as Export
from tonewright.requests.table import Match as Match
from tonewright.requests.table import Measure as Measure
from tonewright.requests.table import Render as Render
from tonewright.requests.table import Say as Say
from tonewright.requests.table import request_of as request_of
