"""What is kept: renders equal to the command line's, reports, settings, presets, and projects that reopen exactly."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from studio_server import CHANGING, Client, shared, write_music

from tonewright import formats
from tonewright.settings import Settings
from tonewright.studio.faults import StudioError
from tonewright.studio.projects import read_project

Command = Callable[..., Any]  # of conftest.py
TIMELINE = {
    "version": 1,
    "sections": [
        {"start_s": 0.0, "settings": CHANGING.to_dict()},
        {"start_s": 1.0, "settings": CHANGING.scaled(0.5).with_output(-3.0).to_dict()},
    ],
}


@pytest.fixture(scope="module")
def client() -> Client:
    return shared().client()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keeping")


@pytest.fixture(scope="module")
def path(folder: Path) -> Path:
    return write_music(folder / "song.wav", 2.0)


@pytest.fixture(scope="module")
def song(client: Client, path: Path) -> dict[str, Any]:
    return client.upload(path)


@pytest.mark.parametrize(
    ("source", "subtype", "form", "chain", "more"),
    [
        ("song.wav", "PCM_16", "same", CHANGING.to_dict(), {}),
        ("song.wav", "PCM_24", "flac", CHANGING.to_dict(), {"amount": 0.7}),
        ("song.wav", "FLOAT", "same", CHANGING.to_dict(), {"ceiling_dbtp": None}),
        ("song.flac", "PCM_16", "same", TIMELINE, {}),
        ("song.wav", "PCM_16", "mp3", CHANGING.to_dict(), {"ceiling_dbtp": -3.0}),
        ("song.ogg", "VORBIS", "same", {"version": 1, "topology": "serial", "preamp_db": 0.0, "bands": []}, {}),
    ],
)
def test_a_render_is_the_command_lines(
    client: Client, cli: Command, tmp_path: Path, source: str, subtype: str, form: str, chain: Any, more: Any
) -> None:
    path = write_music(tmp_path / source, 2.0, subtype)
    kept = client.done("/api/render", recording=client.upload(path)["id"], settings=chain, format=form, **more)
    suffix = path.suffix if form == "same" else f".{form}"
    assert kept["name"] == f"song.tonewright{suffix}"
    target, settings = tmp_path / f"out{suffix}", tmp_path / "settings.json"
    settings.write_text(json.dumps(chain))
    ceiling = "off" if more.get("ceiling_dbtp", -1.0) is None else str(more.get("ceiling_dbtp", -1.0))
    options = ("--ceiling", ceiling, "--amount", str(more.get("amount", 1.0)))
    done = cli("render", path, "--settings", settings, "-o", target, *options)
    assert done.code == 0, done.err
    assert client.download(kept) == target.read_bytes()


def test_downloads_are_files_under_their_names(client: Client, song: dict[str, Any]) -> None:
    kept = client.done("/api/render", recording=song["id"], settings={}, name="Mein Lied, fertig.xyz", format="flac")
    assert kept["name"] == "Mein Lied, fertig.flac"
    answer = client.get(kept["url"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.content.startswith(b"fLaC")


def test_a_format_that_cannot_hold_it_is_a_sentence(client: Client, tmp_path: Path) -> None:
    recording = client.upload(write_music(tmp_path / "a.wav", 0.5, channels=4))
    job = client.begin("/api/render", recording=recording["id"], settings=CHANGING.to_dict(), format="mp3")
    failed = client.ended(job)
    assert failed["error"]["status"] == 422
    assert failed["error"]["message"].startswith("a.tonewright.mp3 cannot hold 4 channels")


def test_a_report_tells_of_the_settings_as_they_are_now(client: Client, song: dict[str, Any]) -> None:
    result = {
        "story": {
            "title": "song.wav <i>matched</i>",
            "sections": [
                {"heading": "How sure", "sentences": ["Quite sure <b>."]},
                {"heading": "What was done, and why", "sentences": ["Something else."]},
            ],
        },
        "spectra": {
            "input_db": song["spectrum"]["level_db"],
            "reference_db": [None if one is None else one + 3.0 for one in song["spectrum"]["level_db"]],
            "labels": {"reference": "a hit"},
        },
        "details": {"references": ["hit.wav"]},
    }
    body = {"recording": song["id"], "settings": CHANGING.to_dict(), "result": result}
    page = client.download(client.done("/api/report", **body)).decode()
    assert "Quite sure &lt;b&gt;." in page
    assert "song.wav &lt;i&gt;matched&lt;/i&gt;" in page
    assert "Something else." not in page
    assert "120 Hz" in page
    assert "hit.wav" in page
    packed = client.download(client.done("/api/report", **{**body, "settings": TIMELINE}, format="zip"))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = {"report.html", "curves.png", "settings.json", "report.json", "timeline.json"}
        assert set(archive.namelist()) == names
        assert Settings.from_json(archive.read("settings.json").decode()) == CHANGING
    for broken in ({"story": {"sections": [1]}}, {"spectra": {"input_db": [1], "reference_db": [2]}}):
        failed = client.post("/api/report", json={**body, "result": broken})
        assert failed.status_code == 400, broken


def test_settings_files_and_presets(client: Client) -> None:
    kept = client.asked("/api/settings-file", settings=CHANGING.to_dict(), name="song.wav")
    assert kept["name"] == "song.settings.json"
    assert Settings.from_json(client.download(kept).decode()) == CHANGING
    names = [one["name"] for one in client.get("/api/programs").json()["programs"]]
    assert {"equalizer-apo", "camilladsp", "easyeffects"} <= set(names)
    for name in names[::4]:
        kept = client.asked("/api/export", settings=CHANGING.to_dict(), program=name, rate_hz=48_000, name="song")
        expected = formats.export(CHANGING, name, rate_hz=48_000)
        content = client.download(kept)
        if isinstance(expected.text, str):
            assert (content, kept["text"]) == (expected.content, expected.text)
        else:
            assert (len(content), kept["text"]) == (len(expected.content), None)
        assert kept["exactness"] == expected.exactness
        assert (kept["warnings"], kept["instruction"]) == (list(expected.warnings), expected.instruction)
        assert kept["name"].startswith("song.")
    text = "Preamp: -2 dB\nFilter 1: ON PK Fc 1000 Hz Gain 3 dB Q 1.41\n"
    found = client.asked("/api/import", text=text)
    assert (found["program"], found["settings"]["bands"][0]["gain_db"]) == ("equalizer-apo", 3.0)
    assert client.asked("/api/import", text=CHANGING.to_json())["settings"] == CHANGING.to_dict()
    assert client.asked("/api/import", text=json.dumps(TIMELINE))["timeline"] == TIMELINE
    for text in ("", "nonsense", '{"version": 1, "bands": 5}', "[" * 5000):
        failed = client.post("/api/import", json={"text": text})
        assert failed.status_code == 422, failed.text
    assert client.post("/api/export", json={"settings": {}, "program": "../x"}).status_code == 422
    assert client.post("/api/export", json={"settings": TIMELINE, "program": "camilladsp"}).status_code == 422


STATE = {"variants": [{"name": "Ä", "settings": CHANGING.to_dict()}], "history": [1, 2.5, None, "x"], "amount": 0.7}


@pytest.mark.parametrize("audio", [True, False])
def test_a_project_reopens_exactly(client: Client, song: dict[str, Any], path: Path, audio: bool) -> None:
    demo = client.post("/api/recordings/demo").json()["reference"]
    ids = [song["id"], demo["id"]]
    kept = client.asked("/api/projects", name="My song", state=STATE, recordings=ids, audio=audio)
    assert kept["name"] == "My song.tonewright"
    project = client.download(kept)
    assert (len(project) > path.stat().st_size) is audio
    other = shared().client()
    opened = other.post("/api/projects/open", content=project).json()
    assert opened["state"] == STATE
    assert [one["was"] for one in opened["recordings"]] == ids
    found, reference = (one["found"] for one in opened["recordings"])
    # The demo is on the machine; the user's own file is in the project or has to be asked for.
    assert {**reference, "id": None} == {**demo, "id": None}
    assert (found is not None) is audio
    if not audio:
        found = other.upload(path)
        assert found["sha256"] == opened["recordings"][0]["sha256"]
    assert {**found, "id": None} == {**song, "id": None}
    again = [
        one.done("/api/render", recording=id, settings=CHANGING.to_dict())
        for one, id in ((client, song["id"]), (other, found["id"]))
    ]
    assert client.download(again[0]) == other.download(again[1])
    twice = other.post("/api/projects/open", content=project).json()
    assert twice["recordings"][0]["found"]["id"] == found["id"], "what is open is not opened again"


def packed(record: Any, **files: bytes) -> bytes:
    """Return a zip with a record and files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        if record is not None:
            archive.writestr("project.json", record if isinstance(record, bytes) else json.dumps(record))
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def record(**changes: Any) -> dict[str, Any]:
    return {"kind": "tonewright project", "version": 1, "tonewright": "0", "state": {}, "recordings": [], **changes}


def member(file: str | None) -> dict[str, Any]:
    facts = {"sample_rate": 1, "channels": 1, "frames": 1, "sha256": "0" * 64}
    return {"id": "x", "name": "../../x.wav", "file": file, **facts}


CONTENTS = {
    "no zip": b"nothing of the kind",
    "no record": packed(None),
    "no json": packed(b"{"),
    "deep": packed(b"[" * 200_000),
    "other version": packed(record(version=2)),
    "other kind": packed(record(kind="song")),
    "no state": packed({"version": 1}),
    "wrong hash": packed(record(recordings=[member("audio/0.wav")]), **{"audio/0.wav": b"abc"}),
    "a bomb": packed(record(recordings=[member("audio/0.wav")]), **{"audio/0.wav": b"\0" * (8 << 20)}),
    "a long record": packed(record(state={"a": "x" * (17 << 20)})),
    "half": packed(record(state={"a": 1}))[:80],
    "damaged": packed(record(state={"a": "abc" * 99})).replace(b"PK\x05\x06", b"PK\x05\x07"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_no_project_is_a_sentence_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside" / "audio"
    inside.mkdir(parents=True)
    (tmp_path / "project").write_bytes(CONTENTS[name])
    with pytest.raises(StudioError) as caught:
        read_project(tmp_path / "project", inside, 1 << 20)
    assert caught.value.status in (413, 422)
    assert "\n" not in str(caught.value)
    assert {each.name for each in tmp_path.iterdir()} == {"inside", "project"}
    assert sum(each.stat().st_size for each in inside.iterdir()) <= 2 << 20


def test_names_in_a_project_are_no_paths(client: Client, tmp_path: Path) -> None:
    hashed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    entry = {**member("../../evil.wav"), "sha256": hashed}
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "project").write_bytes(packed(record(recordings=[entry]), **{"../../evil.wav": b"abc"}))
    _, found = read_project(tmp_path / "project", inside, 1 << 20)
    assert [each.path for each in found] == [inside / "0"]
    assert found[0].member.name == "x.wav"
    answer = client.post("/api/projects/open", content=(tmp_path / "project").read_bytes())
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("x.wav is not a sound file")
