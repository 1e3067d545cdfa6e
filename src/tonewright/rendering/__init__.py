"""Settings on recordings and files: in memory, at an asked loudness, and streamed to disk below a ceiling.

    source = open_source("song.wav")
    settled = settle(source, settings)              # as loud as before, true peak at or below -1 dBTP
    render_file(source, "song.out.wav", settled.settings, settled=settled)

Level and ceiling are a matter of ``output_db`` alone: there is no limiter, and what is written is what the settings
say.
"""

from tonewright.rendering.files import Rendered as Rendered
from tonewright.rendering.files import check_target as check_target
from tonewright.rendering.files import render as render
from tonewright.rendering.files import render_file as render_file
from tonewright.rendering.level import CEILING_DB as CEILING_DB
from tonewright.rendering.level import Settled as Settled
from tonewright.rendering.level import settle as settle
from tonewright.rendering.source import Source as Source
from tonewright.rendering.source import open_source as open_source
from tonewright.rendering.timeline import Chain as Chain
from tonewright.rendering.timeline import Section as Section
from tonewright.rendering.timeline import Timeline as Timeline
from tonewright.rendering.timeline import load_chain as load_chain
from tonewright.rendering.work import Progress as Progress

__all__ = [
    "CEILING_DB",
    "Chain",
    "Progress",
    "Rendered",
    "Section",
    "Settled",
    "Source",
    "Timeline",
    "check_target",
    "load_chain",
    "open_source",
    "render",
    "render_file",
    "settle",
]
