"""Source texts sound like the processor: Faust compiled to a program, JSFX interpreted."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from drawn_settings import drawn_compressor, drawn_settings
from eel2 import Effect

from tonewright.formats import export
from tonewright.processor.render import render_array
from tonewright.settings import Band, Settings

RATE = 44_100
Samples = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
#: Ours is -80 dB; both are in double precision and nearer by far.
BOUND_DB = -160.0


def cases(count: int) -> list[Settings]:
    """Draw settings of every topology, ballistics and link, with every type of filter."""
    rng = np.random.default_rng(11)
    found = []
    for index in range(count):
        one = drawn_settings(rng, bands=5)
        bands = (
            Band(type="high_pass", frequency_hz=25.0),
            *sorted(one.bands, key=lambda band: band.frequency_hz),
            Band(type="low_pass", frequency_hz=20_500.0, compressor=drawn_compressor(rng)),
        )
        topology = ("serial", "crossover", "eq_then_drc")[index % 3]
        update = {
            "bands": bands,
            "topology": topology,
            "ballistics": ("branching", "tied")[index // 3 % 2],
            "link": ("max", "none")[index % 2],
            "compressor": drawn_compressor(rng),
        }
        found.append(Settings.model_validate({**one.model_dump(), **update}))
    return found


def music(frames: int) -> Samples:
    rng = np.random.default_rng(12)
    noise = rng.standard_normal((2, frames)) * [[0.3], [0.2]]
    return np.asarray(noise * np.abs(np.sin(np.arange(frames) / 900.0)))


def distance_db(ours: Samples, theirs: Samples) -> float:
    return float(10.0 * np.log10(((ours - theirs) ** 2).sum() / (ours**2).sum() + 1e-40))


@pytest.mark.parametrize("index", range(6))
def test_jsfx_interpreted(index: int) -> None:
    settings = cases(6)[index]
    done = export(settings, "jsfx", rate_hz=RATE)
    assert done.exactness == "exact"
    assert isinstance(done.text, str)
    x = music(400)
    effect = Effect(done.text, RATE)
    theirs = np.array([effect.run(float(left), float(right)) for left, right in x.T]).T
    assert distance_db(render_array(x, RATE, done.settings), theirs) < BOUND_DB


ARCHITECTURE = r"""
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>
#define FAUSTFLOAT double
struct Meta { void declare(const char*, const char*) {} };
struct UI { void openVerticalBox(const char*) {} void closeBox() {} };
struct dsp { virtual ~dsp() {} };
<<includeIntrinsic>>
<<includeclass>>
int main(int, char** arguments) {
  std::vector<double> x;
  double value;
  while (fread(&value, 8, 1, stdin) == 1) x.push_back(value);
  int n = int(x.size() / 2);
  std::vector<double> y(x.size());
  double* in[2] = {x.data(), x.data() + n};
  double* out[2] = {y.data(), y.data() + n};
  mydsp* one = new mydsp();
  one->init(atoi(arguments[1]));
  one->compute(n, in, out);
  fwrite(y.data(), 8, y.size(), stdout);
}
"""


@pytest.mark.skipif(not shutil.which("faust") or not shutil.which("g++"), reason="faust or g++ is not installed")
@pytest.mark.parametrize("index", range(4))
def test_faust_compiled(index: int, tmp_path: Path) -> None:
    settings = cases(6)[index]
    done = export(settings, "faust", rate_hz=RATE)
    assert done.exactness == "exact"
    done.save(tmp_path / "chain.dsp")
    (tmp_path / "main.cpp").write_text(ARCHITECTURE)
    translate: list[str | Path] = [
        "faust",
        "-double",
        "-lang",
        "cpp",
        "-a",
        tmp_path / "main.cpp",
        tmp_path / "chain.dsp",
    ]
    subprocess.run([*translate, "-o", tmp_path / "chain.cpp"], check=True, timeout=60)
    subprocess.run(["g++", "-O0", "-o", tmp_path / "chain", tmp_path / "chain.cpp"], check=True, timeout=120)
    x = music(8000)
    ran = subprocess.run(
        [tmp_path / "chain", str(RATE)], input=x.tobytes(), capture_output=True, check=True, timeout=60
    )
    theirs = np.frombuffer(ran.stdout).reshape(2, -1)
    assert distance_db(render_array(x, RATE, done.settings), theirs) < BOUND_DB
