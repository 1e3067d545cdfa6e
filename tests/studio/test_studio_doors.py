"""Three doors, working on settings, and what becomes of jobs that are cancelled or crash."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from studio_server import CHANGING, Client, shared, wait_until, write_music

from tonewright.analysis.bands import CENTRES
from tonewright.audio import measure, read
from tonewright.controllers.auto import auto
from tonewright.controllers.match import match
from tonewright.processor.filters import response_db
from tonewright.rendering import Timeline, render
from tonewright.settings import Compressor, Settings
from tonewright.studio.faults import WorkError
from tonewright.studio.jobs import Job
from tonewright.studio.studio import Options, Studio

QUIET = Compressor(threshold_db=0.0, ratio=1.0)


@pytest.fixture(scope="module")
def client() -> Client:
    return shared().client()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_music(tmp_path_factory.mktemp("doors") / "song.wav", 3.0, tilt=0.2)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_music(tmp_path_factory.mktemp("doors") / "reference.wav", 3.0, tilt=0.6, seed=1)


@pytest.fixture(scope="module")
def song(client: Client, path: Path) -> dict[str, Any]:
    return client.upload(path)


def check_result(result: dict[str, Any], song: dict[str, Any]) -> Settings:
    """Look at what all doors promise."""
    settings = Settings.from_dict(result["settings"])
    assert result["recording"] == song["id"]
    levels = result["loudness"]
    for name in ("integrated_lufs", "true_peak_dbtp", "rms_dbfs"):
        assert levels["before"][name] == pytest.approx(song["loudness"][name], abs=1e-6)
    assert levels["after"]["integrated_lufs"] == pytest.approx(levels["before"]["integrated_lufs"], abs=0.1)
    assert [one["index"] for one in result["bands"]] == list(range(len(settings.bands)))
    for one, band in zip(result["bands"], settings.bands, strict=True):
        assert bool(one["why"]) == (abs(band.gain_db) >= 0.05 or not (band.compressor or QUIET).is_neutral)
    spectra = result["spectra"]
    assert np.allclose(spectra["frequency_hz"], CENTRES)
    assert spectra["input_db"] == song["spectrum"]["level_db"]
    for name in ("output_db", "reference_db"):
        assert spectra[name] is None or len(spectra[name]) == 57
    assert result["story"]["sections"][-1]["sentences"]
    return settings


def test_auto_answers_as_the_controller_does(client: Client, song: dict[str, Any], path: Path) -> None:
    states = list(client.events(client.begin("/api/auto", recording=song["id"], profile="speech", amount=0.8)))
    assert states[-1]["state"] == "done", states[-1]
    settings = check_result(states[-1]["result"], song)
    assert settings == auto(path, profile="speech", amount=0.8).settings
    assert states[-1]["result"]["details"]["profile"] == "speech"


def test_match_answers_as_the_controller_does(client: Client, song: dict[str, Any], path: Path, other: Path) -> None:
    reference = client.upload(other)
    result = client.done("/api/match", recording=song["id"], references=[reference["id"]], what="tone")
    settings = check_result(result, song)
    assert settings == match(path, other, what="tone").settings
    details = result["details"]
    assert details["references"] == ["reference.wav"]
    assert details["error_after_db"] < details["error_before_db"]
    assert any("the reference" in said for band in result["bands"] for said in band["why"])
    # What the page draws behind the curve is what the reference is like.
    known = [index for index, level in enumerate(song["spectrum"]["level_db"]) if level is not None]
    drawn = np.array([result["spectra"]["reference_db"][index] for index in known], dtype=float)
    own = np.array([reference["spectrum"]["level_db"][index] for index in known], dtype=float)
    usable = np.isfinite(drawn)
    difference = (drawn - own)[usable]
    assert np.std(difference) < 1.5


def test_the_real_model_says_and_goes_on(client: Client, song: dict[str, Any]) -> None:
    if find_spec("torch") is None or find_spec("transformers") is None:
        pytest.skip("torch or transformers is not installed")
    from tonewright.controllers.say.reading.convert import folder_of, read_record
    from tonewright.controllers.say.reading.sources import DEFAULT

    if read_record(folder_of(DEFAULT.name, DEFAULT.sha256)) is None:
        pytest.skip("the default model is not installed")
    request = {"recording": song["id"], "prompt": "for a late dinner with friends", "samples": 3}
    first = client.done("/api/say", **request)
    check_result(first, song)
    details = first["details"]
    assert details["decided_by"] == "population"
    assert np.sum(details["plane"]["grid"]) == pytest.approx(1.0)
    assert len(details["takes"]) == len(details["plane"]["samples"]) == 3
    more = {"recording": song["id"], "prompt": "a bit less", "conversation": details["conversation"]}
    second = client.done("/api/say", **more)
    assert second["details"]["turn"]["kind"] == "scale"
    loudest = [max(abs(b["gain_db"]) for b in one["details"]["standing"]["bands"]) for one in (first, second)]
    assert 0.0 < loudest[1] < loudest[0]
    empty = client.ended(client.begin("/api/say", prompt="  "))
    assert (empty["state"], empty["error"]["status"]) == ("failed", 422)
    broken = client.ended(client.begin("/api/say", **{**more, "conversation": {"turns": "none"}}))
    assert (broken["state"], broken["error"]["kind"]) == ("failed", "ConversationError")


def test_settings_are_scaled_restricted_and_made_as_loud(client: Client, song: dict[str, Any], path: Path) -> None:
    body = {"recording": song["id"], "settings": CHANGING.to_dict()}
    for more, expected in (
        ({"amount": 0.5}, CHANGING.scaled(0.5)),
        ({"what": "both"}, CHANGING),
        ({"what": "tone"}, None),
        ({"what": "dynamics"}, None),
    ):
        found = client.asked("/api/measure", **body, **more)
        settings = Settings.from_dict(found["settings"])
        if expected is not None:
            assert settings == expected.with_output(settings.output_db)
        if more.get("what") == "tone":
            assert all(one.compressor is None or one.compressor.is_neutral for one in settings.bands)
            assert [one.gain_db for one in settings.bands] == [one.gain_db for one in CHANGING.bands]
        if more.get("what") == "dynamics":
            assert all(one.filter_is_neutral for one in settings.bands)
            assert settings.bands[0].compressor == CHANGING.bands[0].compressor
        # The promise of the comparison: measured on what is really rendered.
        heard = measure(render(read(path), settings)).integrated_lufs
        assert found["loudness"]["after"]["integrated_lufs"] == pytest.approx(heard, abs=0.01)
        assert heard == pytest.approx(song["loudness"]["integrated_lufs"] - found["limited_db"], abs=0.05)
    kept = client.asked("/api/measure", **body, loudness="as it is", ceiling_dbtp=None)
    assert kept["settings"] == CHANGING.to_dict()
    quiet = client.asked("/api/measure", **body, loudness=-30.0)
    assert quiet["loudness"]["after"]["integrated_lufs"] == pytest.approx(-30.0, abs=0.05)
    loud = client.asked("/api/measure", **body, loudness=-3.0)
    assert loud["limited_db"] > 1.0
    assert loud["loudness"]["after"]["true_peak_dbtp"] == pytest.approx(-1.01, abs=0.02)
    assert "quieter than what was asked" in loud["notes"][0]


def test_settings_in_words_after_an_edit(client: Client, song: dict[str, Any]) -> None:
    spectra = {
        "input_db": [0.0] * 57,
        "reference_db": [6.0 if frequency < 100.0 else 0.0 for frequency in CENTRES],
        "labels": {"reference": "the demo"},
    }
    found = client.asked("/api/describe", recording=song["id"], settings=CHANGING.to_dict(), spectra=spectra)
    assert "dB less bass than the demo" in found["bands"][0]["why"][0]
    assert "compress" in found["bands"][0]["why"][1] or ":1 above" in found["bands"][0]["why"][1]
    expected = response_db(CHANGING, CENTRES, 44_100)
    assert np.allclose(found["response"]["gain_db"], expected, atol=1e-9)
    failed = client.post("/api/describe", json={"settings": {"bands": [{"type": "notch"}]}})
    assert (failed.status_code, failed.json()["kind"]) == (422, "SettingsError")
    failed = client.post("/api/describe", json={"settings": CHANGING.to_dict(), "spectra": {**spectra, "input_db": []}})
    assert failed.status_code == 400


def test_settings_that_make_no_sense_are_a_sentence(client: Client, song: dict[str, Any]) -> None:
    wrong: tuple[dict[str, Any], ...]
    wrong = ({}, {"version": 99}, {"sections": []}, {"version": 1, "sections": [{"start_s": 1}]})
    for settings in wrong:
        answer = client.post("/api/measure", json={"recording": song["id"], "settings": settings})
        neutral = settings == {}
        assert answer.status_code == (200 if neutral else 422), answer.text
        assert neutral or answer.json()["kind"] == "SettingsError"
    failed = client.ended(client.begin("/api/match", recording=song["id"], references=[song["id"]], weights=[-1.0]))
    assert failed["error"]["status"] == 422


def test_a_timeline_goes_through(client: Client, song: dict[str, Any]) -> None:
    result = client.done("/api/auto", recording=song["id"], sections=True)
    timeline = Timeline.from_dict(result["timeline"])
    assert timeline.sections[0].start_s == 0.0
    measured = client.asked("/api/measure", recording=song["id"], settings=result["timeline"], amount=0.5)
    assert Timeline.from_dict(measured["timeline"]).sections[0].start_s == 0.0
    assert client.done("/api/render", recording=song["id"], settings=measured["timeline"])["timeline"] is not None


@pytest.fixture(scope="module")
def long(client: Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return client.upload(write_music(tmp_path_factory.mktemp("long") / "long.wav", 60.0))


def started(client: Client, address: str, **body: Any) -> str:
    """Start a job and return when it is at work."""
    job = client.begin(address, **body)
    assert wait_until(lambda: client.get(f"/api/jobs/{job}").json()["progress"] > 0.0)
    return job


def test_a_job_is_cancelled_and_the_next_one_is_done(client: Client, song: dict[str, Any], long: Any) -> None:
    job = started(client, "/api/match", recording=long["id"], references=[long["id"]])
    waiting = client.begin("/api/auto", recording=song["id"])
    assert client.get(f"/api/jobs/{waiting}").json()["state"] == "waiting"
    assert client.delete(f"/api/jobs/{waiting}").json()["state"] == "cancelled"
    assert client.delete(f"/api/jobs/{job}").json()["state"] == "cancelled"
    assert [one["state"] for one in client.events(job)] == ["cancelled"]
    client.done("/api/auto", recording=song["id"])
    assert client.delete(f"/api/jobs/{job}").json()["state"] == "cancelled"


def test_a_job_that_hangs_is_ended(client: Client, song: dict[str, Any], long: Any) -> None:
    before = set(shared().workers())
    job = started(client, "/api/match", recording=long["id"], references=[long["id"]])
    for worker in before:
        os.kill(worker, signal.SIGSTOP)
    try:
        assert client.delete(f"/api/jobs/{job}").json()["state"] == "cancelled"
        assert wait_until(lambda: set(shared().workers()) != before)
    finally:
        for worker in set(shared().workers()) & before:
            os.kill(worker, signal.SIGCONT)
    client.done("/api/auto", recording=song["id"])


def test_a_crash_is_a_sentence_and_the_server_lives_on(client: Client, song: dict[str, Any], long: Any) -> None:
    job = started(client, "/api/match", recording=long["id"], references=[long["id"]])
    for worker in shared().workers():
        os.kill(worker, signal.SIGKILL)
    failed = client.ended(job)
    assert (failed["state"], failed["error"]["status"]) == ("failed", 500)
    assert "ended unexpectedly (signal 9)" in failed["error"]["message"]
    assert client.get("/api/start").status_code == 200
    # Processes that had nothing to do are back too.
    client.done("/api/auto", recording=song["id"])
    assert client.asked("/api/describe", settings=CHANGING.to_dict())["bands"]


def test_a_worker_leaves_its_task_when_asked(path: Path, tmp_path: Path) -> None:
    long = write_music(tmp_path / "long.wav", 30.0)
    worker = subprocess.Popen(
        [sys.executable, "-m", "tonewright.studio.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    lines = map(json.loads, worker.stdout)
    arguments = {"name": "a.wav", "audio": str(tmp_path / "a.wav"), "peaks": str(tmp_path / "peaks.npy")}
    try:
        for number, source in ((1, long), (2, path)):
            task = {"number": number, "task": "hear", "arguments": {"path": str(source), **arguments}, "shown": {}}
            worker.stdin.write(json.dumps(task) + "\n")
            worker.stdin.flush()
            if number == 1:
                assert next(lines)["progress"] == 0.0
                worker.stdin.write('{"cancel": 1}\n')
                worker.stdin.flush()
            ended = next(line for line in lines if "progress" not in line)
            assert ended["number"] == number
            if number == 1:
                assert ended["fault"]["kind"] == "Cancelled"
                assert not list(tmp_path.glob("*a.wav*")), "no half file is left"
            else:
                assert ended["result"]["duration_s"] == pytest.approx(3.0)
        worker.stdin.close()
        assert worker.wait(60) == 0, "it ends with whoever started it"
    finally:
        worker.kill()
        worker.stdout.close()
        worker.wait()


def test_work_nobody_waits_for_is_cancelled(tmp_path: Path) -> None:
    class Gone:
        async def is_disconnected(self) -> bool:
            return True

    class Idle:
        def put(self, job: Job) -> Job:
            return job

    job = Job("measure", "measure", {})
    studio = Studio(Options("token", "127.0.0.1", 1, 1), tmp_path)
    with pytest.raises(WorkError, match="cancelled"):
        asyncio.run(studio.answer(Gone(), job, Idle()))  # type: ignore[arg-type]
    assert job.state == "cancelled"


def test_not_everything_at_once(client: Client, long: Any) -> None:
    mine = shared().client()
    recording = mine.post("/api/recordings/demo").json()["song"]["id"]
    jobs = [mine.begin("/api/auto", recording=recording) for _ in range(16)]
    answer = mine.post("/api/auto", json={"recording": recording})
    assert answer.status_code == 429
    for job in jobs:
        mine.delete(f"/api/jobs/{job}")
    assert mine.done("/api/auto", recording=recording)["kind"] == "auto"
