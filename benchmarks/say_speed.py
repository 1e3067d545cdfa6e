"""How long ``say`` takes to be ready and to answer, beside transformers with the same language model.

    python -m benchmarks.say_speed [-o benchmarks/results/say_speed.json]

Every round is three new processes. ``tonewright`` imports, loads model and readout, and turns requests into
distributions, one after the other; ``transformers`` imports, loads the same weights and tokenizer, and generates twelve
tokens of an answer, which is what a program would do that asks the model in words. ``tonewright say`` is the whole
command with one request. The model is in its place and in memory before the first round.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.match_song import run
from benchmarks.recording import Bar, Recording, arguments, interleave

OURS, PEER, WHOLE = "tonewright", "transformers", "tonewright say"
_LOAD_S, _ANSWER_S = 4.0, 0.7
#: None of these is in the data or in the texts for training.
_REQUESTS = (
    "something mellow for a rainy afternoon",
    "I want the voices to come forward",
    "less boom, please, and a little more sparkle",
    "as if it came from an old radio",
    "für ein ruhiges Abendessen",
)
_WORKER = """
import json, resource, sys, time
start = time.perf_counter()
requests = json.loads(sys.argv[2])
if sys.argv[1] == "tonewright":
    from tonewright.controllers.say.shipped import reader
    model = reader()
    answer = lambda request: model.read([request])[0].plane.mean()
else:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    model = AutoModelForCausalLM.from_pretrained(sys.argv[3], dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[3])
    def answer(request):
        tokens = tokenizer(f'A listener asks: "{request}" The equalizer should be', return_tensors="pt")
        with torch.inference_mode():
            model.generate(**tokens, max_new_tokens=12, min_new_tokens=12, do_sample=False)
loaded = time.perf_counter()
answer(requests[0])
first = time.perf_counter()
times = []
for request in requests[1:]:
    before = time.perf_counter()
    answer(request)
    times.append(time.perf_counter() - before)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0) / 1e6
print(json.dumps({"load_s": loaded - start, "first_s": first - loaded, "answer_s": sorted(times)[len(times) // 2],
                  "peak_mb": peak}))
"""


def main() -> None:
    given = arguments("How long say takes to be ready and to answer.", rounds=5).parse_args()
    recording = Recording(
        "say_speed", __doc__.partition("\n")[0], None, ("tonewright", "torch", "transformers", "tokenizers", "numpy")
    )
    folder = str(_model())
    with tempfile.TemporaryDirectory(prefix="say-speed-") as name:
        log = Path(name) / "words.log"
        command = [sys.executable, "-m", "tonewright", "say", _REQUESTS[0], "--json"]
        jobs = {
            OURS: partial(_worker, OURS, folder),
            PEER: partial(_worker, PEER, folder),
            WHOLE: partial(run, command, log),
        }
        for job in jobs.values():
            job()
        recording.rounds = interleave(jobs, given.rounds)
    for measure, what, bar in (("load_s", "import and load, s", _LOAD_S), ("answer_s", "a distribution, s", _ANSWER_S)):
        recording.bars.append(Bar(what, recording.median(OURS, measure), bar, at_least=False))
    recording.notes.append(f"{WHOLE}: {recording.median(WHOLE, 'wall_s'):.2f} s for the whole command.")
    columns = {"wall_s": ("wall s", 1, ".2f"), "load_s": ("load s", 1, ".2f"), "first_s": ("first s", 1, ".2f")}
    recording.print({**columns, "answer_s": ("answer s", 1, ".3f"), "peak_mb": ("MB", 1, ".0f")}, OURS)
    recording.write(given.output, OURS, ("wall_s", "load_s", "first_s", "answer_s", "peak_mb"))


def _model() -> Path:
    """Return the folder of the default model; fetch and convert it in another process, so that this one stays small."""
    code = "from tonewright.controllers.say.reading.load import find; print(find(None)[0])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip().splitlines()[-1])


def _worker(name: str, folder: str) -> dict[str, float]:
    start = time.perf_counter()
    command = [sys.executable, "-c", _WORKER, name, json.dumps(_REQUESTS), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"wall_s": time.perf_counter() - start, **json.loads(done.stdout.splitlines()[-1])}


if __name__ == "__main__":
    main()
