// The tags of the parts, so that document.createElement("tw-response") is known to be a Response.
import type { Meter } from "/web/parts/meter.js";
import type { Plane } from "/web/parts/plane.js";
import type { Response } from "/web/parts/response.js";
import type { Spectrum } from "/web/parts/spectrum.js";
import type { Switcher } from "/web/parts/switcher.js";
import type { Waveform } from "/web/parts/waveform.js";

declare global {
  interface HTMLElementTagNameMap {
    "tw-meter": Meter;
    "tw-plane": Plane;
    "tw-response": Response;
    "tw-spectrum": Spectrum;
    "tw-switcher": Switcher;
    "tw-waveform": Waveform;
  }
}
