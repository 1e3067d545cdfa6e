"""``tonewright auto``: bring a recording into balance, without a reference."""

from __future__ import annotations

from tonewright.cli import options, output, results
from tonewright.cli.deriving import takes
from tonewright.requests import Auto
from tonewright.requests.face import Face


@takes(Face(Auto), positions={"recording": "IN"})
def auto(request: Auto, json: options.Json = False) -> None:
    """Bring a recording into balance: a network that has heard much music suggests an equalizer and compressors.

    It hears the whole file and acts as far as it is sure; what sounds balanced already stays nearly as it is. With
    --sections a verse may be treated otherwise than a chorus, and --settings-out writes a timeline. The result is as
    loud as the input unless asked, keeps format and tags, and comes with the settings and the reasons.
    """
    from tonewright.running import run

    with output.progress() as progress:
        done = run(request, progress)
    results.show(done, {"input": request.recording}, json=json)
