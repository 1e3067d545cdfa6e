"""Parts of pages in a real Chromium: what they show, what pointers and keys do, whether everybody can use them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_pages import opened, served

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
STYLE = """
body { margin: 0; background: var(--tw-paper); color: var(--tw-ink); font-family: var(--tw-font); }
main { max-width: 900px; margin: auto; padding: 16px; display: grid; gap: 16px; }
tw-response { height: 320px; } tw-spectrum { height: 220px; } tw-plane { width: 320px; max-width: 100%; }
"""
SCRIPT = """
import "/web/parts/waveform.js";
import "/web/parts/response.js";
import "/web/parts/spectrum.js";
import "/web/parts/plane.js";
import "/web/parts/meter.js";
import "/web/parts/switcher.js";

globalThis.part = (name) => document.querySelector(`tw-${name}`);
globalThis.said = [];
for (const type of ["input", "change", "select", "seek", "loop", "point"]) {
  document.addEventListener(type, (event) => said.push([event.target.localName.slice(3), type, event.detail]));
}
const names = ["waveform", "response", "spectrum", "plane", "meter", "switcher"];
globalThis.settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
globalThis.renew = () => {
document.documentElement.removeAttribute("data-theme");
document.querySelector("main").replaceChildren(...names.map((name) => document.createElement(`tw-${name}`)));
part("switcher").setAttribute("aria-label", "Versions");
said.length = 0;
const wave = part("waveform");
const count = 4000;
const high = Float32Array.from({ length: count }, (_, i) => Math.abs(Math.sin(i / 90) * Math.cos(i / 7)) * 0.9);
wave.peaks = { min: high.map((x) => -0.8 * x), max: high, perSecond: 20 };
wave.durationS = 200;
wave.positionS = 42;
wave.marks = [{ startS: 0, label: "1" }, { startS: 110, label: "2" }];
const band = (type, frequency_hz, gain_db, q, compressor) => ({ type, frequency_hz, gain_db, q, compressor });
part("response").settings = { preamp_db: -2, bands: [
  band("low_shelf", 90, 4, 0.7, { threshold_db: -30, ratio: 2 }), band("peak", 310, -3.5, 1.1), band("peak", 900, 0, 1),
  band("peak", 2500, 2.5, 1.4, { threshold_db: -24, ratio: 3 }), band("peak", 6000, -2, 2),
  band("high_shelf", 9000, 3, 0.7),
] };
part("response").selected = 1;
part("response").reductionsDb = [4, 0, 0, 2, 0, 0, 0];
const frequencies = Float64Array.from({ length: 57 }, (_, i) => 25 * 2 ** (i / 6));
const curve = (label, role, wave) => ({ label, role, frequencies, levelsDb: Array.from(frequencies, (f, i) =>
  i === 56 ? null : -4.5 * Math.log2(f) + 4 * Math.sin(i / wave)) });
const curves = [curve("Original", "original", 5), curve("Reference", "reference", 8)];
part("response").curves = curves;
part("spectrum").curves = [...curves, curve("Result", "result", 7)];
part("plane").labels = { left: "relaxed", right: "energetic", top: "bright", bottom: "warm" };
part("plane").cloud = [{ x: 2, y: 2, id: "p1", label: "a listener" }, { x: -3, y: 1, id: "p2" }, { x: 1, y: -4 }];
part("plane").value = { x: 1.5, y: -1 };
part("meter").levels = { peakDb: [-3, -4.5], rmsDb: [-18, -19] };
part("meter").reductionsDb = [4, 0, 0, 2, 0, 0, 0];
part("switcher").options = [
  { id: "original", label: "Original", key: "a" }, { id: "result", label: "Result", key: "b" },
];
part("switcher").selected = "original";
return settled();
};
await renew();
"""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    files = {"/parts.css": STYLE.encode(), "/parts.js": SCRIPT.encode()}
    with served({"/parts": (HERE / "parts_page.html").read_bytes(), **files}) as origin:
        yield origin


DESKTOP, PHONE = (1280, 800), (390, 844)
BOTH = pytest.mark.parametrize("page", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)


@pytest.fixture(scope="module")
def pages(chromium: Any, origin: str) -> Iterator[dict[tuple[int, int], Any]]:
    with contextlib.ExitStack() as stack:
        found = {}
        for size in (DESKTOP, PHONE):
            options = {"viewport": {"width": size[0], "height": size[1]}, "has_touch": size == PHONE}
            found[size] = stack.enter_context(opened(chromium, f"{origin}/parts", **options))
            found[size].evaluate("import('/parts.js')")
        yield found


@pytest.fixture
def page(pages: dict[tuple[int, int], Any], request: pytest.FixtureRequest) -> Any:
    page = pages[getattr(request, "param", DESKTOP)]
    page.evaluate("renew()")
    return page


def said(page: Any, part: str, kind: str) -> list[Any]:
    """Return the details of the events of a part, and forget them."""
    page.evaluate("settled()")
    return [detail for name, type_, detail in page.evaluate("said.splice(0)") if (name, type_) == (part, kind)]


def box(page: Any, selector: str) -> tuple[float, float]:
    """Return the middle of an element, in view."""
    found = page.locator(selector)
    found.scroll_into_view_if_needed()
    area = found.bounding_box()
    return area["x"] + area["width"] / 2, area["y"] + area["height"] / 2


@BOTH
def test_handles_are_dragged_turned_and_reset(page: Any) -> None:
    x, y = box(page, "tw-response .handle >> nth=1")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y - 40, steps=4)
    moved = said(page, "response", "input")
    assert moved
    assert said(page, "response", "change") == []
    page.mouse.up()
    band = said(page, "response", "change")[0]["settings"]["bands"][1]
    assert band == moved[-1]["settings"]["bands"][1]
    assert band["frequency_hz"] > 330
    assert band["gain_db"] > -1
    assert band["q"] == 1.1
    x, y = box(page, "tw-response .handle >> nth=1")
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    assert said(page, "response", "input")[-1]["settings"]["bands"][1]["q"] == pytest.approx(2.2, rel=0.01)
    page.mouse.dblclick(x, y)
    band = said(page, "response", "change")[-1]["settings"]["bands"][1]
    assert (band["gain_db"], band["type"]) == (0, "peak")


def test_a_handle_stays_under_the_pointer_beyond_its_limits(page: Any) -> None:
    x, y = box(page, "tw-response .handle >> nth=5")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 2000, steps=3)
    assert said(page, "response", "input")[-1]["settings"]["bands"][5]["gain_db"] == 20
    page.mouse.move(x, y, steps=3)
    page.mouse.up()
    # The range grew under the pointer, so the way back is shorter in decibels than the way there, not longer.
    assert said(page, "response", "change")[0]["settings"]["bands"][5]["gain_db"] == pytest.approx(3, abs=25)


def test_handles_by_keys(page: Any) -> None:
    handle = page.locator("tw-response .handle >> nth=2")
    handle.focus()
    assert said(page, "response", "select") == [{"band": 2}]
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowDown", "ArrowRight", "]"):
        page.keyboard.press(key)
    changes = said(page, "response", "change")
    assert len(changes) == 5
    band = changes[-1]["settings"]["bands"][2]
    assert band["gain_db"] == pytest.approx(0.9)
    assert band["frequency_hz"] == pytest.approx(900 * 2 ** (1 / 12))
    assert band["q"] == pytest.approx(2 ** (1 / 6))
    assert handle.get_attribute("aria-valuetext") == "954 Hz, +0.9 dB, Q 1.1"
    assert handle.get_attribute("aria-label") == "Band 3, peak"
    page.keyboard.press("Delete")
    assert said(page, "response", "change")[-1]["settings"]["bands"][2]["gain_db"] == 0
    page.evaluate("part('response').readonly = true")
    page.keyboard.press("ArrowUp")
    assert said(page, "response", "input") == []


def test_compressors_are_shaded_and_move(page: Any) -> None:
    paths = "Array.from(part('response').shadowRoot.querySelectorAll('.{}'), (one) => one.getAttribute('d'))"
    ranges = page.evaluate(paths.format("range"))
    before = page.evaluate(paths.format("working"))
    assert len(ranges) == len(before) == 2
    assert all(before)
    page.evaluate("(part('response').reductionsDb = [0, 0, 0, 6, 0, 0, 0], settled())")
    after = page.evaluate(paths.format("working"))
    assert after[0] == ""
    assert after[1] != before[1]
    assert page.evaluate(paths.format("range")) == ranges


def test_the_waveform_seeks_and_loops(page: Any) -> None:
    area = page.locator("tw-waveform").bounding_box()
    middle = area["y"] + area["height"] / 2
    page.mouse.click(area["x"] + area["width"] / 4, middle)
    assert said(page, "waveform", "seek")[0]["positionS"] == pytest.approx(50, abs=1)
    page.mouse.move(area["x"] + area["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.75, middle, steps=3)
    page.mouse.up()
    loop = said(page, "waveform", "loop")[0]
    assert (loop["startS"], loop["endS"]) == (pytest.approx(100, abs=1), pytest.approx(150, abs=1))
    page.locator("tw-waveform .field").focus()
    for key in ("ArrowRight", "Shift+ArrowLeft", "Home"):
        page.keyboard.press(key)
    assert [round(each["positionS"]) for each in said(page, "waveform", "seek")] == [51, 46, 0]
    field = page.locator("tw-waveform .field")
    assert field.get_attribute("aria-valuetext") == "0:00 of 3:20, loop from 1:40 to 2:30"
    page.keyboard.press("Escape")
    assert said(page, "waveform", "loop") == [None]


def test_the_plane_by_pointer_and_keys(page: Any) -> None:
    point = page.locator("tw-plane .point")
    point.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    last = said(page, "plane", "change")[-1]
    assert (last["x"], last["y"]) == (pytest.approx(1.75), pytest.approx(-0.9))
    assert point.get_attribute("aria-valuetext") == "slightly energetic, slightly warm (1.8, \u22120.9)"
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    assert said(page, "plane", "point") == [{"id": "p1", "x": 2, "y": 2}]
    area = page.locator("tw-plane").bounding_box()
    page.mouse.click(area["x"] + area["width"] - 2, area["y"] + 2)
    corner = said(page, "plane", "change")[0]
    assert (corner["x"], corner["y"]) == (6, 6)


def test_a_plane_without_numbers_tells_none(page: Any) -> None:
    page.evaluate("(part('plane').hiddenNumbers = true, part('plane').labels = null, settled())")
    point = page.locator("tw-plane .point")
    assert point.get_attribute("aria-valuetext") == "slightly right, slightly down"
    assert page.evaluate("part('plane').shadowRoot.textContent").find("1.5") == -1
    point.focus()
    page.keyboard.press("Home")
    assert said(page, "plane", "input") == []
    page.evaluate("part('plane').disabled = true")
    page.keyboard.press("ArrowRight")
    assert said(page, "plane", "input") == []


def test_the_switcher_by_click_arrow_and_key(page: Any) -> None:
    page.locator("tw-switcher button >> nth=1").click()
    assert said(page, "switcher", "select") == [{"id": "result"}]
    page.keyboard.press("ArrowRight")
    assert said(page, "switcher", "select") == [{"id": "original"}]
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("b")
    assert said(page, "switcher", "select") == [{"id": "result"}]
    page.evaluate("part('switcher').blind = true")
    assert page.locator("tw-switcher button >> nth=0").inner_text() == "A"
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    page.locator("input").focus()
    page.keyboard.press("a")
    assert said(page, "switcher", "select") == []


@BOTH
def test_everybody_can_use_them(page: Any) -> None:
    if not AXE.exists():
        pytest.skip("the tools of web/ are not installed: npm ci --prefix web")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Colours do not depend on the width.
    wide = page.viewport_size["width"] > PHONE[0]
    for theme in ("light", "dark") if wide else ("light",):
        page.evaluate(f"(document.documentElement.dataset.theme = '{theme}', settled())")
        violations = page.evaluate("axe.run()")["violations"]
        found = [(one["id"], one["nodes"][0]["html"]) for one in violations]
        assert found == [], json.dumps(found, indent=1)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_meters_show_levels_and_reduction(page: Any) -> None:
    texts = [each.split() for each in page.locator("tw-meter .row").all_inner_texts()]
    assert texts[:4] == [["L", "\u22123.0"], ["R", "\u22124.5"], ["1", "\u22124.0"], ["2", "0.0"]]
    page.evaluate("(part('meter').levels = { peakDb: [0.2, -60], rmsDb: [-9, -70] }, settled())")
    assert page.locator("tw-meter .over").count() == 1


def test_settings_set_before_a_part_is_known_are_kept(page: Any) -> None:
    names = page.evaluate(
        """async () => {
          const early = document.createElement("tw-spectrum");
          Object.defineProperty(early, "rangeDb", { value: 24, writable: true, configurable: true, enumerable: true });
          document.querySelector("main").append(early);
          return [Object.keys(early).includes("rangeDb"), early.rangeDb];
        }"""
    )
    assert names == [False, 24]


@pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)
def test_two_fingers_change_the_width(page: Any) -> None:
    x, y = box(page, "tw-response .handle >> nth=1")
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[int, float, float]) -> None:
        points = [{"id": number, "x": at_x, "y": at_y} for number, at_x, at_y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (0, x, y))
    fingers("touchStart", (0, x, y), (1, x + 60, y + 40))
    fingers("touchMove", (0, x, y), (1, x + 120, y + 80))
    bands = [each["settings"]["bands"][1] for each in said(page, "response", "input")]
    assert bands[-1]["q"] == pytest.approx(0.55, rel=0.05)
    assert bands[-1]["frequency_hz"] == 310
    fingers("touchEnd", (1, x + 120, y + 80))
    fingers("touchMove", (0, x + 20, y))
    fingers("touchEnd")
    last = said(page, "response", "change")[0]["settings"]["bands"][1]
    assert last["q"] == bands[-1]["q"]
    assert last["frequency_hz"] > 330


BUILT = """
async () => {
  const { h, svg } = await import("/web/parts/elements.js");
  let pressed = 0;
  const button = h("button", { type: "button", class: "a b", disabled: false, hidden: null, "aria-pressed": false,
    "aria-busy": true, autofocus: true, onclick: () => (pressed += 1) }, "one", null, false, h("b", {}, "two"), "");
  button.click();
  const field = h("input", { type: "range", min: -30, max: 0, step: 1, value: -12 });
  const drawn = svg("svg", { viewBox: "0 0 20 20" }, svg("path", { d: "M0 0" }));
  const path = drawn.firstChild instanceof SVGPathElement;
  return [button.outerHTML, pressed, field.value, path, drawn.viewBox.baseVal.width];
}
"""


def test_elements_are_built_as_written(page: Any) -> None:
    html, pressed, value, is_path, width = page.evaluate(BUILT)
    assert html == (
        '<button type="button" class="a b" aria-pressed="false" aria-busy="true" autofocus="">one<b>two</b></button>'
    )
    assert (pressed, value, is_path, width) == (1, "-12", True, 20)
