// Generated from tonewright/parameters.py and others by `python -m tonewright.web.generate`: do not edit.

export const PARAMETERS = /** @type {const} */ ({
  "gain_db": {
    "unit": "dB",
    "limits": [-40, 40],
    "search": {"low": -20, "high": 20, "scale": "linear"},
    "default": 0.0,
    "neutral": 0.0,
    "meaning": "Boost or cut of the band.",
  },
  "frequency_hz": {
    "unit": "Hz",
    "limits": [5, 188160.0],
    "search": {"low": 20, "high": 21050, "scale": "log"},
    "default": 1000.0,
    "neutral": null,
    "meaning": "Centre of a peak, half-gain point of a shelf, corner of a pass filter.",
  },
  "q": {
    "unit": "",
    "limits": [0.05, 100],
    "search": {"low": 0.1, "high": 6, "scale": "log"},
    "default": 0.7071,
    "neutral": null,
    "meaning": "Sharpness: centre frequency over bandwidth for a peak, resonance of a shelf.",
  },
  "threshold_db": {
    "unit": "dBFS",
    "limits": [-160, 60],
    "search": {"low": -60, "high": 0, "scale": "linear"},
    "default": -30.0,
    "neutral": null,
    "meaning": "Level above which the compressor acts.",
  },
  "ratio": {
    "unit": ":1",
    "limits": [1, 100],
    "search": {"low": 1, "high": 10, "scale": "log"},
    "default": 1.0,
    "neutral": 1.0,
    "meaning": "Decibels in per decibel out above the threshold.",
  },
  "attack_ms": {
    "unit": "ms",
    "limits": [0.01, 5000],
    "search": {"low": 1, "high": 100, "scale": "log"},
    "default": 10.0,
    "neutral": null,
    "meaning": "Time from 10 to 90 % of a fall in gain.",
  },
  "release_ms": {
    "unit": "ms",
    "limits": [0.01, 20000],
    "search": {"low": 10, "high": 500, "scale": "log"},
    "default": 100.0,
    "neutral": null,
    "meaning": "Time from 10 to 90 % of a rise in gain.",
  },
  "knee_db": {
    "unit": "dB",
    "limits": [0, 60],
    "search": {"low": 0, "high": 12, "scale": "linear"},
    "default": 6.0,
    "neutral": null,
    "meaning": "Width of the range of levels, centred on the threshold, over which the ratio sets in.",
  },
  "makeup_db": {
    "unit": "dB",
    "limits": [-60, 60],
    "search": {"low": 0, "high": 12, "scale": "linear"},
    "default": 0.0,
    "neutral": 0.0,
    "meaning": "Gain after the compressor.",
  },
  "preamp_db": {
    "unit": "dB",
    "limits": [-120, 120],
    "search": {"low": -24, "high": 24, "scale": "linear"},
    "default": 0.0,
    "neutral": 0.0,
    "meaning": "Gain before everything.",
  },
  "output_db": {
    "unit": "dB",
    "limits": [-120, 120],
    "search": {"low": -24, "high": 24, "scale": "linear"},
    "default": 0.0,
    "neutral": 0.0,
    "meaning": "Gain after everything.",
  },
});

export const FILTER_PARAMETERS = /** @type {const} */ (["gain_db", "frequency_hz", "q"]);

export const COMPRESSOR_PARAMETERS = /** @type {const} */ (["threshold_db", "ratio", "attack_ms", "release_ms", "knee_db", "makeup_db"]);

export const BAND_TYPES = /** @type {const} */ ({
  "low_shelf": "low shelf",
  "peak": "peak",
  "high_shelf": "high shelf",
  "low_pass": "low pass",
  "high_pass": "high pass",
});

export const PASS_TYPES = /** @type {const} */ (["low_pass", "high_pass"]);

export const CHOICES = /** @type {const} */ ({
  "topology": ["serial", "eq_then_drc", "crossover"],
  "ballistics": ["branching", "tied"],
  "link": ["max", "none"],
});

export const SETTINGS = /** @type {const} */ ({"version": 1, "topology": "serial", "ballistics": "branching", "link": "max", "note": ""});

export const EVEN_BANDS = /** @type {const} */ ([
  {"type": "low_shelf", "lowHz": 25.0, "highHz": 250.0},
  {"type": "peak", "lowHz": 50.0, "highHz": 500.0},
  {"type": "peak", "lowHz": 200.0, "highHz": 1500.0},
  {"type": "peak", "lowHz": 700.0, "highHz": 5000.0},
  {"type": "peak", "lowHz": 2200.0, "highHz": 12000.0},
  {"type": "high_shelf", "lowHz": 3500.0, "highHz": 17000.0},
]);

export const HIGHEST_AMOUNT = 1.5;

export const HIGHEST_OF_RATE = 0.49;

export const BLOCK = 1024;

export const FLOOR = 1e-08;

export const STREAM = /** @type {const} */ ({"step": 32, "rampMs": 20.0, "rest": 1e-09});

export const CHANNEL_WEIGHTS = /** @type {const} */ ({
  "4": [1.0, 1.0, 1.41, 1.41],
  "5": [1.0, 1.0, 1.0, 1.41, 1.41],
  "6": [1.0, 1.0, 1.0, 0.0, 1.41, 1.41],
  "7": [1.0, 1.0, 1.0, 0.0, 1.0, 1.41, 1.41],
  "8": [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41],
});

export const TRUE_PEAK_TAPS = /** @type {const} */ ([
  [
    0.001708984375,
    0.010986328125,
    -0.0196533203125,
    0.033203125,
    -0.0594482421875,
    0.1373291015625,
    0.97216796875,
    -0.102294921875,
    0.047607421875,
    -0.026611328125,
    0.014892578125,
    -0.00830078125,
  ],
  [
    -0.0291748046875,
    0.029296875,
    -0.0517578125,
    0.089111328125,
    -0.16650390625,
    0.465087890625,
    0.77978515625,
    -0.2003173828125,
    0.1015625,
    -0.0582275390625,
    0.0330810546875,
    -0.0189208984375,
  ],
  [
    -0.0189208984375,
    0.0330810546875,
    -0.0582275390625,
    0.1015625,
    -0.2003173828125,
    0.77978515625,
    0.465087890625,
    -0.16650390625,
    0.089111328125,
    -0.0517578125,
    0.029296875,
    -0.0291748046875,
  ],
  [
    -0.00830078125,
    0.014892578125,
    -0.026611328125,
    0.047607421875,
    -0.102294921875,
    0.97216796875,
    0.1373291015625,
    -0.0594482421875,
    0.033203125,
    -0.0196533203125,
    0.010986328125,
    0.001708984375,
  ],
]);
