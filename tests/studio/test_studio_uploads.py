"""Recordings that come in: measured as everywhere else, played as they are; anything else gets one sentence."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import random
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from studio_server import Client, music, shared, write_music

from tonewright.audio import Audio, Format, measure, read, write
from tonewright.studio.faults import StudioError, fault_of
from tonewright.studio.sessions import MOST_FILES, MOST_RECORDINGS, Session
from tonewright.studio.tasks.hearing import hear
from tonewright.studio.uploads import receive


@pytest.fixture(scope="module")
def client() -> Client:
    return shared().client()


@pytest.fixture
def fresh() -> Client:
    return shared().client()


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "FLOAT"), ("a.wav", "PCM_U8"), ("a.flac", "PCM_24")],
)
def test_a_recording_is_what_it_was(client: Client, tmp_path: Path, name: str, subtype: str) -> None:
    path = write_music(tmp_path / name, 1.5, subtype)
    found = client.upload(path)
    expected, levels = read(path), measure(read(path))
    assert (found["sample_rate"], found["channels"], found["frames"]) == (44_100, 2, expected.frames)
    assert found["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found["name"], found["tags"], found["suffix"]) == (name, {"title": "Ton"}, path.suffix)
    assert found["loudness"]["integrated_lufs"] == pytest.approx(levels.integrated_lufs, abs=1e-6)
    assert found["loudness"]["true_peak_dbtp"] == pytest.approx(levels.true_peak_dbtp, abs=1e-6)
    # The page plays exactly what our reader decodes.
    (tmp_path / "played.wav").write_bytes(client.get(f"/api/recordings/{found['id']}/audio").content)
    played = read(tmp_path / "played.wav")
    assert np.array_equal(played.samples, expected.samples.astype(np.float32))
    assert client.get(f"/api/recordings/{found['id']}").json() == found


def test_a_lossy_recording_is_played_as_our_reader_decodes_it(client: Client, tmp_path: Path) -> None:
    path = write_music(tmp_path / "a.ogg", 1.5, "VORBIS")
    found = client.upload(path, "Ünïcode <b>&.ogg")
    assert (found["lossy"], found["suffix"], found["name"]) == (True, ".ogg", "Ünïcode _b_&.ogg")
    (tmp_path / "played.wav").write_bytes(client.get(f"/api/recordings/{found['id']}/audio").content)
    assert np.array_equal(read(tmp_path / "played.wav").samples, read(path).samples)


def test_parts_of_the_audio(client: Client, tmp_path: Path) -> None:
    id = client.upload(write_music(tmp_path / "a.wav", 0.5))["id"]
    whole = client.get(f"/api/recordings/{id}/audio")
    part = client.get(f"/api/recordings/{id}/audio", headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, whole.content[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(whole.content)}"


def test_the_outline_is_that_of_the_samples(client: Client, tmp_path: Path) -> None:
    path = write_music(tmp_path / "a.wav", 2.0)
    id, samples = client.upload(path)["id"], read(path).samples
    found = client.get(f"/api/recordings/{id}/peaks", params={"points": 100}).json()
    assert (found["points"], found["start_s"], found["end_s"]) == (100, 0.0, 2.0)
    low, high = np.array(found["min"]), np.array(found["max"])
    assert low.shape == high.shape == (2, 100)
    assert np.allclose(low.min(axis=1), samples.min(axis=1), atol=1e-4)
    # Pieces of 256 frames are shared out; each point holds the extremes of its own.
    edges = np.linspace(0, -(-samples.shape[1] // 256), 101).astype(int) * 256
    for index in (0, 37, 99):
        stretch = samples[:, edges[index] : edges[index + 1]]
        assert np.allclose(low[:, index], stretch.min(axis=1), atol=1e-4)
        assert np.allclose(high[:, index], stretch.max(axis=1), atol=1e-4)
    near = client.get(f"/api/recordings/{id}/peaks", params={"points": 4000, "start_s": 1.0, "end_s": 1.1}).json()
    assert near["points"] == len(near["min"][0]) < 25
    assert near["start_s"] <= 1.0 < 1.1 <= near["end_s"]
    for wrong in ({"points": 0}, {"points": 9000}, {"start_s": 3.0}, {"start_s": 1.0, "end_s": 1.0}):
        assert client.get(f"/api/recordings/{id}/peaks", params=wrong).status_code == 400


def test_the_spectrum_is_in_full_scale_decibels(client: Client, tmp_path: Path) -> None:
    rate = 48_000
    tone = 0.5 * np.sin(2.0 * np.pi * 1000.0 * np.arange(2 * rate) / rate)
    write(tmp_path / "a.wav", Audio(tone.astype(np.float32), rate, format=Format("WAV", "FLOAT")))
    spectrum = client.upload(tmp_path / "a.wav")["spectrum"]
    levels = np.array([-200.0 if one is None else one for one in spectrum["level_db"]])
    assert spectrum["frequency_hz"][int(levels.argmax())] == pytest.approx(1007.9, rel=0.01)
    # Triangular bands overlap by half: the tone of -9 dB is shared between two of them.
    assert 10.0 * np.log10(np.sum(10.0 ** (levels / 10.0))) == pytest.approx(-9.03, abs=1.0)


def test_progress_instead_of_waiting(fresh: Client, tmp_path: Path) -> None:
    path = write_music(tmp_path / "a.wav", 20.0)
    answer = fresh.post("/api/recordings", params={"name": "a.wav", "wait": "0"}, content=path.read_bytes())
    assert answer.status_code == 202
    states = list(fresh.events(answer.json()["job"]))
    assert [one["result"] for one in states[:-1]] == [None] * (len(states) - 1)
    assert states[-1]["state"] == "done"
    assert states[-1]["result"]["duration_s"] == pytest.approx(20.0)
    progress = [one["progress"] for one in states]
    assert progress == sorted(progress)
    answer = fresh.post("/api/recordings", params={"name": "b.wav", "wait": "0"}, content=b"nothing of the kind")
    failed = fresh.ended(answer.json()["job"])
    assert (failed["state"], failed["error"]["status"]) == ("failed", 422)
    assert failed["error"]["message"].startswith("b.wav is not a sound file")


def test_hearing_tells_how_far_it_is(tmp_path: Path) -> None:
    path = write_music(tmp_path / "a.wav", 3.0)
    told: list[tuple[str, float]] = []
    places = {"audio": str(tmp_path / "audio.wav"), "peaks": str(tmp_path / "peaks.npy")}
    found = hear({"path": str(path), "name": "my song", **places}, lambda *each: told.append(each))
    assert {stage for stage, _ in told} == {"listening to my song"}
    parts = [part for _, part in told]
    assert len(parts) > 2
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert found["duration_s"] == pytest.approx(3.0)


def flac(tmp_path: Path, total_frames: int) -> bytes:
    """Return a short FLAC file whose header promises a number of frames."""
    content = bytearray(write_music(tmp_path / "bomb.flac", 0.5).read_bytes())
    # STREAMINFO follows "fLaC" and its own header; the lowest 36 bits of bytes 10 to 17 are the frames.
    place = 8 + 13
    content[place] = (content[place] & 0xF0) | (total_frames >> 32)
    content[place + 1 : place + 5] = (total_frames & 0xFFFFFFFF).to_bytes(4, "big")
    return bytes(content)


def cases(tmp_path: Path) -> dict[str, tuple[bytes, int, str]]:
    whole = write_music(tmp_path / "whole.wav", 0.5).read_bytes()
    silent = io.BytesIO()
    return {
        "empty.wav": (b"", 400, "empty"),
        "song.wav": (b"<html>no sound</html>" * 50, 422, "not a sound file"),
        "letters.mp3": (b"\0" * 5000, 422, "letters.mp3"),
        "cut.wav": (whole[: len(whole) // 2], 422, "truncated"),
        "cut.flac": (flac(tmp_path, 22_050)[:9000], 422, "cut.flac"),
        "header.wav": (whole[:44], 422, "header.wav"),
        "bomb.flac": (flac(tmp_path, (1 << 36) - 1), 422, "minutes long"),
        "page.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 422, "page.svg"),
        "silent": (silent.getvalue(), 400, "empty"),
    }


def test_what_cannot_be_used_gets_one_sentence(fresh: Client, tmp_path: Path) -> None:
    for name, (content, status, said) in cases(tmp_path).items():
        answer = fresh.post("/api/recordings", params={"name": name}, content=content)
        assert answer.status_code == status, (name, answer.text)
        message = answer.json()["message"]
        assert said in message
        assert "tonewright-studio-" not in message, "paths of the server stay there"
        assert "/" not in message.replace("WAV or FLAC", "")
        assert message.endswith(".")
    assert fresh.get("/api/start").json()["recordings"] == []
    sessions = [path for path in shared().folders[0].iterdir() if path.is_dir()]
    assert any(not list(path.iterdir()) for path in sessions), "nothing of them is left"


def test_damaged_files_are_taken_or_refused_in_a_sentence(fresh: Client, tmp_path: Path) -> None:
    subtypes = {"a.wav": "PCM_16", "a.flac": "PCM_16", "a.ogg": "VORBIS"}
    whole = [write_music(tmp_path / name, 0.3, subtype).read_bytes() for name, subtype in subtypes.items()]
    draw = random.Random(7)
    for number in range(24):
        content = bytearray(whole[number % 3])
        for _ in range(draw.choice((1, 3, 20))):
            place = draw.randrange(len(content) if draw.random() < 0.3 else 200)
            content[place] = draw.randrange(256)
        if draw.random() < 0.2:
            del content[draw.randrange(len(content)) :]
        answer = fresh.post("/api/recordings", params={"name": "x.wav"}, content=bytes(content))
        assert answer.status_code in (201, 422) or (answer.status_code, len(content)) == (400, 0), answer.text
        if answer.status_code == 201:
            fresh.delete(f"/api/recordings/{answer.json()['id']}")
        else:
            assert answer.json()["message"].endswith(".")
            assert "tonewright-studio-" not in answer.text


def test_content_counts_and_not_the_name(client: Client, tmp_path: Path) -> None:
    path = write_music(tmp_path / "a.wav", 0.5)
    found = client.upload(path, "../../song.mp3.exe")
    assert (found["name"], found["container"], found["suffix"]) == ("song.mp3.exe", "WAV", ".wav")
    assert client.upload(path, "\r\n\x00\u202e")["name"] == "recording"


def test_not_a_number_is_refused(client: Client, tmp_path: Path) -> None:
    import soundfile

    samples = music(0.5).T.copy()
    samples[100, 1] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, 44_100, "FLOAT")
    answer = client.post("/api/recordings", params={"name": "a.wav"}, content=(tmp_path / "a.wav").read_bytes())
    assert answer.status_code == 422
    assert "a.wav holds NaN in channel 2 at frame 100" in answer.json()["message"]


def test_silence_and_many_channels_are_taken(client: Client, tmp_path: Path) -> None:
    silence = np.zeros((6, 48_000), np.float32)
    write(tmp_path / "a.wav", Audio(silence, 48_000, format=Format("WAV", "PCM_16")))
    found = client.upload(tmp_path / "a.wav")
    assert (found["channels"], found["loudness"]["integrated_lufs"]) == (6, None)
    assert client.get(f"/api/recordings/{found['id']}/peaks").json()["max"][5][0] == 0.0


def test_the_demo_is_there_and_stays_the_same(fresh: Client) -> None:
    demo = fresh.post("/api/recordings/demo").json()
    assert {role: one["name"] for role, one in demo.items()} == {"song": "song.ogg", "reference": "reference.ogg"}
    assert fresh.post("/api/recordings/demo").json() == demo
    assert fresh.post("/api/recordings/opened").status_code == 404


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to write to")
def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "full").symlink_to("/dev/full")

    async def body() -> AsyncIterator[bytes]:
        yield b"abc" * 1000

    with pytest.raises(StudioError) as caught:
        asyncio.run(receive(body(), tmp_path / "full", 1 << 20))
    assert (caught.value.status, str(caught.value)) == (507, "The disk is full; make room and try again.")
    assert not (tmp_path / "full").is_symlink()
    assert fault_of(OSError(errno.ENOSPC, "No space left", "/tmp/x"))["status"] == 507


def test_a_session_holds_so_many_recordings_and_files(tmp_path: Path) -> None:
    session = Session(tmp_path / "session")
    for _ in range(MOST_RECORDINGS):
        one = session.new_recording()
        session.recordings[one.id] = one
    with pytest.raises(StudioError, match="close one of them first"):
        session.new_recording()
    kept = []
    for number in range(MOST_FILES + 2):
        place = session.place()
        place.write_text(str(number))
        kept.append(session.keep(place, "a.txt"))
    assert [one.path.exists() for one in kept] == [False] * 2 + [True] * MOST_FILES
