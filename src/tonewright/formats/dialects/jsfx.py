"""JSFX: the whole chain as a text that REAPER and ysfx run, filters and compressors by our own equations."""

from __future__ import annotations

from tonewright.formats.contract import Job, Notes, Parsed, Program
from tonewright.formats.dialects.code import acts, definitions, heading, read_definitions
from tonewright.parameters import COMPRESSOR_PARAMETERS
from tonewright.settings import Settings

_LIBRARY = """
// Filters: R. Bristow-Johnson, Audio EQ Cookbook, Q for every type. What lies above the range does nothing.
function biquad(n0 n1 n2 d0 d1 d2) instance(b0 b1 b2 a1 a2 z1 z2) (
  b0 = n0 / d0; b1 = n1 / d0; b2 = n2 / d0; a1 = d1 / d0; a2 = d2 / d0;
  z1 = 0; z2 = 0;
);
function filter(x) instance(b0 b1 b2 a1 a2 z1 z2) local(y) (
  y = b0 * x + z1;
  z1 = b1 * x - a1 * y + z2;
  z2 = b2 * x - a2 * y;
  y;
);
function prepare(f q) (
  cosine = cos(2 * $pi * min(f, 0.49 * srate) / srate);
  alpha = sin(2 * $pi * min(f, 0.49 * srate) / srate) / (2 * q);
  acts = f < 0.49 * srate ? 1 : 0;
);
function peak(f g q) local(a) (
  prepare(f, q);
  a = 10 ^ (g * acts / 40);
  this.biquad(1 + alpha * a, -2 * cosine, 1 - alpha * a, 1 + alpha / a, -2 * cosine, 1 - alpha / a);
);
function low_shelf(f g q) local(a p m s) (
  prepare(f, q);
  a = 10 ^ (g / 40); p = a + 1; m = a - 1; s = 2 * sqrt(a) * alpha;
  this.biquad(a * (p - m * cosine + s), 2 * a * (m - p * cosine), a * (p - m * cosine - s),
              p + m * cosine + s, -2 * (m + p * cosine), p + m * cosine - s);
);
function high_shelf(f g q) local(a p m s) (
  prepare(f, q);
  a = 10 ^ (g * acts / 40); p = a + 1; m = a - 1; s = 2 * sqrt(a) * alpha;
  this.biquad(a * (p + m * cosine + s), -2 * a * (m + p * cosine), a * (p + m * cosine - s),
              p - m * cosine + s, 2 * (m - p * cosine), p - m * cosine - s);
);
function low(f q) (
  prepare(f, q);
  this.biquad((1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha);
);
function low_pass(f g q) (
  prepare(f, q);
  acts ? this.low(f, q) : this.biquad(1, 0, 0, 1, 0, 0);
);
function high_pass(f g q) (
  prepare(f, q);
  this.biquad((1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha);
);
function all_pass(f q) (
  prepare(f, q);
  this.biquad(1 - alpha, -2 * cosine, 1 + alpha, 1 + alpha, -2 * cosine, 1 - alpha);
);

// Compressor: level in dB, soft knee (Giannoulis, Massberg and Reiss 2012), smoothed in dB; attack while gain falls.
function compressor(t r attack_ms release_ms k m) instance(threshold slope knee makeup attack release smoothed) (
  threshold = t; slope = 1 - 1 / r; knee = k; makeup = m;
  attack = exp(-1000 * log(9) / (srate * attack_ms));
  release = exp(-1000 * log(9) / (srate * release_ms));
  smoothed = 0;
);
function factor(x) instance(threshold slope knee makeup attack release smoothed) local(h p excess a) (
  h = 20 * log10(max(0.00000001, x)) - threshold + knee / 2;
  p = min(1, max(0, h / max(knee, 0.000000001)));
  excess = knee * p * p / 2 + max(0, h - knee);
  a = excess > smoothed ? attack : release;
  smoothed = a * smoothed + (1 - a) * excess;
  10 ^ ((makeup - slope * smoothed) / 20);
);
"""


def _write(job: Job) -> str:
    settings = job.settings
    setup: list[str] = ["preamp = 10 ^ (preamp_db / 20);", "output = 10 ^ (output_db / 20);"]
    filters: list[list[str]] = []
    compressors: list[list[str]] = []
    for n, band in enumerate(settings.bands, 1):
        filtering, compressing = acts(band)
        filters.append(
            [f"left = band{n}_left.filter(left);", f"right = band{n}_right.filter(right);"] if filtering else []
        )
        if filtering:
            values = f"band{n}_frequency_hz, band{n}_gain_db, band{n}_q"
            setup += [f"band{n}_{side}.{band.type}({values});" for side in ("left", "right")]
        compressors.append(_compress(f"band{n}", settings, setup) if compressing else [])
    run = ["left = spl0 * preamp;", "right = spl1 * preamp;"]
    if settings.topology == "crossover":
        run += ["in_left = left;", "in_right = right;", "sum_left = 0;", "sum_right = 0;"]
        for n in range(1, len(settings.bands) + 1):
            run += [f"// branch {n}", "left = in_left;", "right = in_right;", *_splits(settings, n, setup)]
            run += [*filters[n - 1], *compressors[n - 1], "sum_left += left;", "sum_right += right;"]
        run += ["left = sum_left;", "right = sum_right;"]
    elif settings.topology == "eq_then_drc":
        run += [line for lines in [*filters, *compressors] for line in lines]
    else:
        run += [line for pair in zip(filters, compressors, strict=True) for lines in pair for line in lines]
    if settings.compressor is not None and not settings.compressor.is_neutral:
        run += _compress("outer", settings, setup)
    run += ["spl0 = left * output;", "spl1 = right * output;"]
    lines = [
        "desc:Tonewright",
        "// Written by Tonewright.",
        "in_pin:left",
        "in_pin:right",
        "out_pin:left",
        "out_pin:right",
    ]
    lines += ["", "@init", heading(settings), *definitions(settings), _LIBRARY.strip("\n"), *setup, "", "@sample", *run]
    job.notes.tell("The text is for two channels.")
    return "\n".join(lines) + "\n"


def _compress(name: str, settings: Settings, setup: list[str]) -> list[str]:
    values = ", ".join(f"{name}_{key}" for key in COMPRESSOR_PARAMETERS)
    if settings.link == "max":
        setup.append(f"{name}_both.compressor({values});")
        return [
            f"gain = {name}_both.factor(max(abs(left), abs(right)));",
            "left *= gain;",
            "right *= gain;",
        ]
    setup += [f"{name}_{side}_gain.compressor({values});" for side in ("left", "right")]
    return [f"{side} *= {name}_{side}_gain.factor(abs({side}));" for side in ("left", "right")]


def _splits(settings: Settings, band: int, setup: list[str]) -> list[str]:
    run = []
    for n in range(1, len(settings.crossover_hz) + 1):
        for part in (1,) if n > band else (1, 2):
            for side in ("left", "right"):
                name = f"branch{band}_split{n}_{part}_{side}"
                if n > band:
                    setup.append(f"{name}.all_pass(split{n}_hz, sqrt(0.5));")
                elif n == band:
                    setup.append(f"{name}.low(split{n}_hz, sqrt(0.5));")
                else:
                    setup.append(f"{name}.high_pass(split{n}_hz, 0, sqrt(0.5));")
                run.append(f"{side} = {name}.filter({side});")
    return run


def _read(text: str, notes: Notes) -> Parsed:
    return read_definitions(text, "JSFX", notes)


def _looks(text: str) -> bool:
    return text.startswith("desc:") and "@sample" in text


PROGRAMS = (
    Program(
        name="jsfx",
        title="JSFX",
        suffix=".jsfx",
        instruction="Save in REAPER's folder Effects (Options, Show resource path) and add JS: Tonewright to a track.",
        write=_write,
        read=_read,
        looks=_looks,
        dynamics="exact",
        crossover=True,
    ),
)
