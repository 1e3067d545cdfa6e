"""Whole sessions in a real browser with a real server, killed in between; the sound that the page makes."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from study_helpers import ADJUSTMENT, MUSHRA, Server, serving

pytest.importorskip("fastapi", reason="FastAPI is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from tonewright.audio import Audio, measure, read
from tonewright.listening.analysis.choices import to_population
from tonewright.listening.exporting.collecting import collect
from tonewright.listening.making.controls import settings_at
from tonewright.listening.making.equal_loudness import loudness_spectrum
from tonewright.listening.results import Results
from tonewright.listening.store.store import Person, Store
from tonewright.listening.study.kinds import AdjustmentPart
from tonewright.processor.render import render_array

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
#: Machines of tests are slow; nothing here waits that long where they are not.
_PATIENCE_MS = 120_000


def open_page(chromium: Any, url: str) -> Any:
    page = chromium.new_page(viewport={"width": 900, "height": 900})
    page.set_default_timeout(_PATIENCE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.faults = faults
    page.goto(url)
    return page


def begin(page: Any) -> None:
    page.click("#agree")
    page.click("main button.main:not(#agree)")  # the instructions


def now_at(page: Any, step: str) -> None:
    page.wait_for_selector(f"main[data-step={step}]:not([aria-busy])")


def check_access(page: Any) -> None:
    """Have axe look for what keeps people with impairments out."""
    if not _AXE.exists():
        return
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async () => (await axe.run()).violations.map(({id, nodes}) => [id, nodes.map((n) => n.html)])"
    )
    assert found == []


def stored(server: Server) -> tuple[Person, Results]:
    with Store(server.database, create=False) as store:
        edition = store.editions()[0]
        return store.people(edition.hash)[0], collect(store, edition)


def tab_to(page: Any, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_mushra_by_keyboard_with_the_server_killed(chromium: Any, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(MUSHRA, encoding="utf-8")
    with serving(study, tmp_path / "answers.sqlite") as server:
        page = open_page(chromium, server.url)
        begin(page)
        now_at(page, "s02")
        check_access(page)
        given = {}
        # The first page by keyboard alone: letters switch, tab and arrows score.
        page.keyboard.press("r")
        for number, label in enumerate("ABC"):
            page.keyboard.press(label.lower())
            page.wait_for_selector(f"button[aria-pressed=true]:text-is('{label}')")
            tab_to(page, f"input[data-label={label}]")
            for _ in range(3 + number):
                page.keyboard.press("PageUp")
            page.keyboard.press("ArrowRight")
            given["s02", label] = float(page.input_value(f"input[data-label={label}]"))
        tab_to(page, "#save")
        page.keyboard.press("Enter")
        now_at(page, "s03")
        # The server dies, as in a power cut, while the listener is on the next page, and comes back later.
        server.kill()
        for number, label in enumerate("ABC"):
            page.click(f"button:text-is('{label}')")
            page.fill(f"input[data-label={label}]", str(20 + 7 * number))
            given["s03", label] = 20.0 + 7 * number
        page.fill("textarea", 'Grüße, "quoted"')
        page.click("#save")
        page.wait_for_selector("#status.warn")
        assert "Not saved yet" in page.inner_text("#status")
        server.start()
        page.wait_for_selector("#code")
        assert page.faults == []
        pseudonym = page.inner_text("#pseudonym")
        # The end is where it was after a reload too: the session is known.
        page.reload()
        page.wait_for_selector("#code")
        page.close()
    person, results = stored(server)
    assert (person.pseudonym, results.listeners[0].id) == (pseudonym, pseudonym)
    assert results.listeners[0].complete
    truth = {
        (step.id, shown.label): shown.system
        for step in person.plan.steps
        if step.trial is not None
        for shown in step.trial.shown
    }
    assert len(results.ratings) == 6
    assert {(each.trial, each.system): each.score for each in results.ratings} == {
        (trial, truth[trial, label]): score for (trial, label), score in given.items()
    }
    assert {each.repeat for each in results.ratings} == {0, 1}
    assert {each.comment for each in results.ratings if each.trial == "s03"} == {'Grüße, "quoted"'}
    assert all(each.plays for each in results.ratings)


#: Renders a sound of the current page offline, through the page's own control and the player's own worklet.
_RENDER = """async ([point, label]) => {
    const { Control } = await import("/study/control.js");
    const { decodeAt } = await import("/web/player/player.js");
    const key = Object.keys(localStorage).find((name) => name.endsWith("/secret"));
    const headers = { Authorization: `Bearer ${JSON.parse(localStorage.getItem(key))}` };
    const { step } = await (await fetch("/api/session", { headers })).json();
    const settings = new Control(step.control).settings(point);
    const { audio } = step.sounds.find((each) => each.label === label);
    const bytes = await (await fetch(`/api/sounds/${audio}`, { headers })).arrayBuffer();
    const buffer = await decodeAt(bytes, step.sample_rate);
    const context = new OfflineAudioContext(2, buffer.length, step.sample_rate);
    await context.audioWorklet.addModule("/web/engine/worklet.js");
    const node = new AudioWorkletNode(context, "tonewright-stream", {
        outputChannelCount: [2], processorOptions: { settings } });
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(node).connect(context.destination);
    source.start();
    const done = await context.startRendering();
    const whole = new Float32Array(2 * done.length);
    for (const channel of [0, 1]) whole.set(done.getChannelData(channel), channel * done.length);
    let text = "";
    const raw = new Uint8Array(whole.buffer);
    for (let at = 0; at < raw.length; at += 8192) text += String.fromCharCode(...raw.subarray(at, at + 8192));
    return { settings, samples: btoa(text) };
}"""


def drag(page: Any, to: tuple[float, float]) -> list[float]:
    """Drag the point to a place of the pad, each 0 to 1; return where the pad says it is."""
    pad = page.locator("tw-plane")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(box["x"] + to[0] * box["width"], box["y"] + to[1] * box["height"], steps=6)
    page.mouse.up()
    value = pad.evaluate("(pad) => pad.value")
    return [value["x"] / 6, value["y"] / 6]


def test_adjustment_whose_sound_is_made_in_the_page(chromium: Any, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(ADJUSTMENT, encoding="utf-8")
    with serving(study, tmp_path / "answers.sqlite") as server:
        page = open_page(chromium, server.url)
        begin(page)
        person, _ = stored(server)
        trials = {step.id: step.trial for step in person.plan.steps if step.trial is not None}
        chosen: dict[str, list[float]] = {}
        rendered: dict[str, Any] = {}
        for number, (step, trial) in enumerate(trials.items()):
            now_at(page, step)
            if number == 0:
                check_access(page)
            page.click("text=Play")
            position = drag(page, (0.2 + 0.25 * number, 0.7 - 0.2 * number))
            reach = 6.0 * 1.25
            chosen[step] = [
                min(max(sign * at * reach + offset, -6.0), 6.0)
                for at, sign, offset in zip(position, trial.signs, trial.offsets, strict=True)
            ]
            if trial.catch:
                # The given sound and back again.
                page.keyboard.press("b")
                page.keyboard.press("a")
            if number == 0:
                rendered = page.evaluate(_RENDER, [chosen[step], "A"])
            page.click("#save")
            if number == 0:
                now_at(page, list(trials)[1])
                server.kill()
                server.start()
        page.wait_for_selector("#code")
        assert page.faults == []
        page.close()
    person, results = stored(server)
    assert results.listeners[0].complete
    assert [each.trial for each in results.adjustments] == list(trials)
    for each in results.adjustments:
        trial = trials[each.trial]
        np.testing.assert_allclose(each.point, chosen[each.trial], atol=1e-5)
        assert each.start == trial.start
        assert each.catch == trial.catch
        # The whole way is logged, from the start to the point.
        path = np.array(each.path)
        assert len(path) >= 3
        assert trial.start is not None
        np.testing.assert_allclose(path[0, 1:], trial.start, atol=2e-3)
        np.testing.assert_allclose(path[-1, 1:], each.point, atol=2e-3)
        assert (np.diff(path[:, 0]) >= 0).all()
    population = to_population(results)
    assert {item.prompt for item in population.items} == {"warm and calm", "bright and awake"}
    compare_sound(server.stimuli, chosen[next(iter(trials))], rendered)


def compare_sound(stimuli: Path, point: list[float], rendered: dict[str, Any]) -> None:
    """The page's sound is our processor's, to -80 dB, and as loud as the excerpt."""
    audio = read(next(stimuli.glob("*.wav")))
    part = AdjustmentPart()
    settings = settings_at(part, point)
    settings = settings.with_output(loudness_spectrum(audio).gain_db(settings))
    assert rendered["settings"]["output_db"] == pytest.approx(settings.output_db, abs=1e-3)
    page = np.frombuffer(base64.b64decode(rendered["samples"]), "<f4").reshape(2, -1)
    ours = render_array(audio.samples.astype(np.float64), audio.sample_rate, settings)
    assert page.shape == ours.shape
    error_db = 10 * np.log10(np.mean((page - ours) ** 2) / np.mean(ours**2))
    assert error_db < -80.0
    changed_db = 10 * np.log10(np.mean((ours - audio.samples) ** 2) / np.mean(ours**2))
    assert changed_db > -20.0, "a point that changes nothing proves nothing"
    heard = measure(Audio(page.copy(), audio.sample_rate)).integrated_lufs
    assert heard == pytest.approx(measure(audio).integrated_lufs, abs=0.1)
