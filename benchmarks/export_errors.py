"""How far presets of other programs are from the settings they were made of.

    python -m benchmarks.export_errors [-o benchmarks/results/export_errors.json] [--draws 500]

Static part: settings drawn uniformly from the layout full54 (its six filters, in the ranges of the NDMP paper) are
exported to each program; ``max_error_db`` of each export, at 48 kHz. Dynamics: single compressors, ratio up to 4, drawn
as well, on twenty seconds of a bundled song through the real ffmpeg and SoX; differences of the levels of 400 ms.
Source texts are left to the tests, which compile Faust and interpret JSFX.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.recording import command, commit, load, machine, print_table, versions
from tonewright.audio import read
from tonewright.errors import SettingsError
from tonewright.formats import export, programs
from tonewright.layouts import LAYOUTS
from tonewright.processor.render import render_array
from tonewright.settings import Compressor, Settings

_SONG = Path(__file__).resolve().parent.parent / "examples" / "song.ogg"
_RATE_HZ = 48_000.0
_SLOW = ("voicemeeter", "rockbox", "impulse-response")
_COMPRESSORS, _SECONDS, _HIGHEST_RATIO = 24, 20, 4.0


def main() -> None:
    parser = ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("-o", "--output", type=Path, help="write everything measured as JSON")
    parser.add_argument("--draws", type=int, default=500, help="settings for each program (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes (default: one per core)")
    given = parser.parse_args()
    before = load()
    layout = LAYOUTS["full54"]
    rng = np.random.default_rng(0)
    drawn = [_filters(layout.decode(rng.random(layout.size))) for _ in range(given.draws)]
    with ProcessPoolExecutor(given.workers) as pool:
        # What takes longest first.
        names = sorted((name for name, one in programs().items() if one.write is not None), key=_SLOW.__contains__)
        levels = {name: pool.submit(_levels, name) for name in ("ffmpeg", "sox") if shutil.which(name)}
        errors = {name: pool.submit(_static, name, drawn) for name in reversed(names)}
        static = {name: errors[name].result() for name in programs() if name in errors}
        dynamics = {name: job.result() for name, job in levels.items()}
    rows = [["static error, dB", "median", "95 %", "worst", "fitted", "refused"]]
    rows += [
        [
            name,
            *(f"{one[key]:.4f}" for key in ("median_db", "p95_db", "worst_db")),
            *map(str, (one["fitted"], one["refused"])),
        ]
        for name, one in static.items()
    ]
    print_table(rows)
    rows = [["levels of 400 ms, dB", "median", "95 %", "worst median of one setting"]]
    rows += [
        [name, *(f"{one[key]:.2f}" for key in ("median_db", "p95_db", "worst_setting_median_db"))]
        for name, one in dynamics.items()
    ]
    print_table(rows)
    if given.output is not None:
        data = {
            "benchmark": "export_errors",
            "about": str(__doc__).partition("\n")[0],
            "command": command(),
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            "versions": versions(("tonewright", "numpy", "scipy")) | _program_versions(dynamics),
            "machine": machine() | {"load_before": before, "load_after": load()},
            "draws": given.draws,
            "rate_hz": _RATE_HZ,
            "static": static,
            "dynamics": dynamics,
        }
        given.output.parent.mkdir(parents=True, exist_ok=True)
        given.output.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _filters(settings: Settings) -> Settings:
    """Leave out the compressors, which the static error does not see."""
    bands = tuple(band.with_compressor(None) for band in settings.bands)
    return settings.changed(bands=bands, compressor=None)


def _static(name: str, drawn: list[Settings]) -> dict[str, Any]:
    errors, words, fitted, refused = [], {"exact": 0, "approximate": 0, "lossy": 0}, 0, 0
    for settings in drawn:
        try:
            done = export(settings, name, rate_hz=_RATE_HZ)
        except SettingsError:
            refused += 1
            continue
        errors.append(done.max_error_db)
        words[done.exactness] += 1
        fitted += any("fitted" in sentence for sentence in done.warnings)
    return {
        **_quantiles(np.array(errors)),
        "worst_db": round(max(errors), 6),
        "exactness": words,
        "fitted": fitted,
        "refused": refused,
    }


def _quantiles(values: Any) -> dict[str, float]:
    return {"median_db": round(float(np.median(values)), 6), "p95_db": round(float(np.quantile(values, 0.95)), 6)}


def _levels(program: str) -> dict[str, Any]:
    song = read(_SONG)
    rate = song.sample_rate
    x = np.asarray(song.samples[:, : _SECONDS * rate], dtype=np.float64)
    rng = np.random.default_rng(1)
    off, medians = [], []
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.wav", Path(folder) / "out.wav"
        soundfile.write(source, x.T, rate, subtype="DOUBLE")
        for _ in range(_COMPRESSORS):
            compressor = Compressor(
                threshold_db=float(rng.uniform(-40.0, -10.0)),
                ratio=float(rng.uniform(1.5, _HIGHEST_RATIO)),
                attack_ms=float(np.exp(rng.uniform(0.0, np.log(100.0)))),
                release_ms=float(np.exp(rng.uniform(np.log(10.0), np.log(500.0)))),
                knee_db=float(rng.uniform(0.0, 12.0)),
                makeup_db=float(rng.uniform(0.0, 6.0)),
            )
            done = export(Settings(compressor=compressor), program, rate_hz=rate)
            assert isinstance(done.text, str)
            words: list[str | Path] = [
                "sox",
                "-V1",
                "-D",
                source,
                "-e",
                "float",
                "-b",
                "64",
                target,
                *done.text.split(),
            ]
            if program == "ffmpeg":
                words = [
                    "ffmpeg",
                    "-v",
                    "error",
                    "-y",
                    "-i",
                    source,
                    "-af",
                    done.text.strip(),
                    "-c:a",
                    "pcm_f64le",
                    target,
                ]
            subprocess.run(words, check=True)
            theirs = soundfile.read(target, dtype="float64", always_2d=True)[0].T
            one = np.abs(_of_blocks(theirs, rate) - _of_blocks(render_array(x, rate, done.settings), rate))
            off.append(one)
            medians.append(float(np.median(one)))
    return {
        **_quantiles(np.concatenate(off)),
        "worst_setting_median_db": round(max(medians), 6),
        "setting_medians_db": [round(each, 4) for each in medians],
        "compressors": _COMPRESSORS,
        "seconds": _SECONDS,
        "highest_ratio": _HIGHEST_RATIO,
    }


def _of_blocks(x: Any, rate: int) -> Any:
    size = int(0.4 * rate)
    blocks = x[:, : x.shape[1] // size * size].reshape(x.shape[0], -1, size)
    return 10.0 * np.log10((blocks**2).mean(axis=(0, 2)) + 1e-12)


def _program_versions(names: Any) -> dict[str, str]:
    found = {}
    for name in names:
        words = subprocess.run([name, "-version" if name == "ffmpeg" else "--version"], capture_output=True, text=True)
        found[name] = words.stdout.split("\n")[0].split(" Copyright")[0].strip()
    return found


if __name__ == "__main__":
    main()
