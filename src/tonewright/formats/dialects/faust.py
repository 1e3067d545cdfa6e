"""Faust: the whole chain as source text, filters and compressors by our own equations."""

from __future__ import annotations

from tonewright.formats.contract import Job, Notes, Parsed, Program
from tonewright.formats.dialects.code import acts, definitions, heading, read_definitions
from tonewright.parameters import COMPRESSOR_PARAMETERS
from tonewright.settings import Settings

_HEAD = """\
// Written by Tonewright. Compile with -double: single precision is heard in filters far below the sample rate.
declare name "Tonewright";
import("stdfaust.lib");
"""
_LIBRARY = """
// Filters: R. Bristow-Johnson, Audio EQ Cookbook, Q for every type. What lies above the range does nothing.
top = 0.49 * ma.SR;
below(f) = f < top;
w(f) = 2.0 * ma.PI * min(f, top) / ma.SR;
alpha(f, q) = sin(w(f)) / (2.0 * q);
biquad(b0, b1, b2, a0, a1, a2) = fi.tf22t(b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0);
peak(f, g, q) = biquad(1 + s * a, -2 * c, 1 - s * a, 1 + s / a, -2 * c, 1 - s / a) with {
  a = pow(10.0, g * below(f) / 40.0); c = cos(w(f)); s = alpha(f, q);
};
low_shelf(f, g, q) = biquad(a * (p - m * c + s), 2 * a * (m - p * c), a * (p - m * c - s),
                            p + m * c + s, -2 * (m + p * c), p + m * c - s) with {
  a = pow(10.0, g / 40.0); p = a + 1; m = a - 1; c = cos(w(f)); s = 2 * sqrt(a) * alpha(f, q);
};
high_shelf(f, g, q) = biquad(a * (p + m * c + s), -2 * a * (m + p * c), a * (p + m * c - s),
                             p - m * c + s, 2 * (m - p * c), p - m * c - s) with {
  a = pow(10.0, g * below(f) / 40.0); p = a + 1; m = a - 1; c = cos(w(f)); s = 2 * sqrt(a) * alpha(f, q);
};
high_pass(f, g, q) = biquad((1 + c) / 2, -1 * (1 + c), (1 + c) / 2, 1 + s, -2 * c, 1 - s) with {
  c = cos(w(f)); s = alpha(f, q);
};
low(f, q) = biquad((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + s, -2 * c, 1 - s) with { c = cos(w(f)); s = alpha(f, q); };
low_pass(f, g, q) = _ <: _, low(f, q) : select2(below(f));
all_pass(f, q) = biquad(1 - s, -2 * c, 1 + s, 1 + s, -2 * c, 1 - s) with { c = cos(w(f)); s = alpha(f, q); };
butterworth = sqrt(0.5);
// A crossover always splits, at 0.49 of the sample rate at the most.
below_split(f) = low(f, butterworth) : low(f, butterworth);
above_split(f) = high_pass(f, 0, butterworth) : high_pass(f, 0, butterworth);
past_split(f) = all_pass(f, butterworth);

// Compressor: level in dB, soft knee (Giannoulis, Massberg and Reiss 2012), smoothed in dB; attack while gain falls.
stereo(f) = f, f;
gain(db) = *(pow(10.0, db / 20.0));
decibels(x) = 20.0 * log10(max(1e-8, x));
excess(t, k, level) = k * p * p / 2.0 + max(0.0, h - k) with {
  h = level - t + k / 2.0;
  p = min(1.0, max(0.0, h / max(k, 1e-9)));
};
pole(ms) = exp(-1000.0 * log(9.0) / (ma.SR * ms));
smooth(attack, release) = step ~ _ with {
  step(before, x) = p * before + (1.0 - p) * x with { p = select2(x > before, pole(release), pole(attack)); };
};
factor(threshold, ratio, attack, release, knee, makeup, x) =
  pow(10.0, (makeup - (1.0 - 1.0 / ratio) * s) / 20.0) with {
    s = excess(threshold, knee, decibels(x)) : smooth(attack, release);
};
linked(threshold, ratio, attack, release, knee, makeup, l, r) = l * g, r * g with {
  g = factor(threshold, ratio, attack, release, knee, makeup, max(abs(l), abs(r)));
};
alone(threshold, ratio, attack, release, knee, makeup, x) =
  x * factor(threshold, ratio, attack, release, knee, makeup, abs(x));

"""


def _write(job: Job) -> str:
    settings = job.settings
    compress = "linked" if settings.link == "max" else "alone"

    def compressor(name: str) -> str:
        values = ", ".join(f"{name}_{key}" for key in COMPRESSOR_PARAMETERS)
        call = f"{compress}({values})"
        return call if compress == "linked" else f"stereo({call})"

    filters, compressors = [], []
    for n, band in enumerate(settings.bands, 1):
        filtering, compressing = acts(band)
        call = f"stereo({band.type}(band{n}_frequency_hz, band{n}_gain_db, band{n}_q))"
        filters.append([call] if filtering else [])
        compressors.append([compressor(f"band{n}")] if compressing else [])
    lines = [_HEAD + heading(settings), *definitions(settings), _LIBRARY.rstrip("\n"), ""]
    row = ["stereo(gain(preamp_db))"]
    if settings.topology == "crossover":
        names = []
        for n, (own, dynamics) in enumerate(zip(filters, compressors, strict=True), 1):
            lines.append(f"branch{n} = {' : '.join([*_splits(settings, n), *own, *dynamics]) or 'stereo(_)'};")
            names.append(f"branch{n}")
        row += [f"(stereo(_) <: {', '.join(names)} :> stereo(_))"] if names else []
    elif settings.topology == "eq_then_drc":
        row += [call for calls in [*filters, *compressors] for call in calls]
    else:
        row += [call for pair in zip(filters, compressors, strict=True) for calls in pair for call in calls]
    if settings.compressor is not None and not settings.compressor.is_neutral:
        row.append(compressor("outer"))
    lines.append("process = " + "\n  : ".join([*row, "stereo(gain(output_db))"]) + ";")
    job.notes.tell("The text is for two channels.")
    return "\n".join(lines) + "\n"


def _splits(settings: Settings, band: int) -> list[str]:
    words = [
        "above" if n < band else "below" if n == band else "past" for n in range(1, len(settings.crossover_hz) + 1)
    ]
    return [f"stereo({word}_split(split{n}_hz))" for n, word in enumerate(words, 1)]


def _read(text: str, notes: Notes) -> Parsed:
    return read_definitions(text, "Faust", notes)


def _looks(text: str) -> bool:
    return "stdfaust.lib" in text


PROGRAMS = (
    Program(
        name="faust",
        title="Faust",
        suffix=".dsp",
        instruction="Compile with -double into what you need, as faust2lv2 -double FILE, or paste it into Faust's IDE.",
        write=_write,
        read=_read,
        looks=_looks,
        dynamics="exact",
        crossover=True,
    ),
)
