"""The command as a whole: help, version, completion, exit codes, one sentence per error, clean JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tonewright
from tonewright.audio import Audio, write
from tonewright.cli import main, output

Command = Any  # of conftest.py
VERBS = ("match", "render", "show", "measure", "schema", "warmup", "evaluate")


def sentence(text: str) -> None:
    """Assert that there is one sentence, and no traceback."""
    assert "Traceback" not in text
    assert text.count("\n") == 1, text
    assert text.rstrip().endswith("."), text


def test_help_names_every_verb(cli: Command) -> None:
    done = cli("--help")
    assert done.code == 0
    assert done.err == ""
    for verb in VERBS:
        assert verb in done.out


@pytest.mark.parametrize("verb", [*VERBS, "evaluate auto", "evaluate match"])
def test_every_verb_explains_itself(cli: Command, verb: str) -> None:
    done = cli(*verb.split(), "--help")
    assert done.code == 0
    assert "Usage" in done.out
    assert done.err == ""


def test_version(process: Command) -> None:
    done = process("--version")
    assert done == (0, f"tonewright {tonewright.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["render"], ["measure"], ["render", "a.wav", "--ceilin"], ["match", "a.wav"], ["match"]],
)
def test_bad_usage_is_exit_code_2_on_standard_error(cli: Command, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err


@pytest.mark.parametrize(("shell", "word"), [("bash", "complete"), ("zsh", "compdef"), ("fish", "complete")])
def test_completion_script_prints(process: Command, shell: str, word: str) -> None:
    done = process(_TONEWRIGHT_COMPLETE=f"source_{shell}")
    assert done.code == 0
    assert word in done.out
    assert "tonewright" in done.out
    assert done.err == ""


def test_import_is_light() -> None:
    code = (
        "import sys, tonewright, tonewright.cli.main\n"
        "heavy = {'torch', 'matplotlib', 'numba', 'scipy', 'numpy', 'pydantic', 'soundfile'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    source = str(Path(tonewright.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": source}
    )
    assert done.returncode == 0, done.stderr


def test_public_names_are_what_they_say() -> None:
    from tonewright import errors, rendering, settings

    assert tonewright.Settings is settings.Settings
    assert tonewright.render is rendering.render
    assert tonewright.TonewrightError is errors.TonewrightError
    assert {"match", "read", "measure", "Audio", "Band", "Compressor", "__version__"} <= set(dir(tonewright))
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = tonewright.nothing_such


def test_inference_needs_no_torch(process: Command, song: Path, settings_file: Path, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')\n")
    done = process("render", song, "--settings", settings_file, "-o", tmp_path / "out.wav", PYTHONPATH=_paths(tmp_path))
    assert done.code == 0, done.err
    assert (tmp_path / "out.wav").exists()


def _paths(first: Path) -> str:
    return os.pathsep.join((str(first), str(Path(tonewright.__file__).parents[1])))


class TestErrors:
    """Every class of error has its exit code and one sentence."""

    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def check(self, done: Any, code: int, *words: str) -> None:
        assert done.code == code
        assert done.out == ""
        sentence(done.err)
        for word in words:
            assert word in done.err
        assert not list(Path().glob("*.part"))
        assert not list(Path().glob(".*.tonewright-*.tmp"))

    def test_missing_file(self, cli: Command, settings_file: Path) -> None:
        self.check(cli("render", "no.wav", "--settings", settings_file, "-o", "out.wav"), 4, "no.wav")
        self.check(cli("measure", "no.wav", "--json"), 4, "no.wav")

    def test_text_as_sound(self, cli: Command, settings_file: Path) -> None:
        Path("text.wav").write_text("this is no sound\n" * 20)
        self.check(cli("render", "text.wav", "--settings", settings_file, "-o", "out.wav"), 4, "text.wav")
        self.check(cli("measure", "text.wav"), 4, "text.wav")
        assert not Path("out.wav").exists()

    def test_folder_as_sound(self, cli: Command) -> None:
        Path("folder.wav").mkdir()
        self.check(cli("measure", "folder.wav"), 4, "folder.wav")

    def test_nan_in_the_sound(self, cli: Command, settings_file: Path) -> None:
        import soundfile

        samples = np.zeros((1000, 2), np.float32)
        samples[700, 1] = np.nan
        soundfile.write("nan.wav", samples, 44_100, "FLOAT")
        done = cli("render", "nan.wav", "--settings", settings_file, "-o", "out.wav")
        self.check(done, 4, "channel 2", "700")
        assert not Path("out.wav").exists()

    def test_a_file_that_breaks_off_while_it_is_rendered(self, cli: Command, settings_file: Path, song: Path) -> None:
        import soundfile

        samples = np.zeros((200_000, 1), np.float32)
        samples[150_000] = np.inf  # in a later block than the first
        soundfile.write("inf.wav", samples, 44_100, "FLOAT")
        Path("out.wav").write_bytes(b"older")
        done = cli("render", "inf.wav", "--settings", settings_file, "-o", "out.wav", "--ceiling", "off")
        self.check(done, 4, "150000")
        assert Path("out.wav").read_bytes() == b"older"

    @pytest.mark.parametrize(
        ("text", "word"),
        [("{", "JSON"), ('{"bands": [{"type": "pek", "frequency_hz": 1}]}', "bands.0.type"), ('{"gian": 1}', "gian")],
    )
    def test_wrong_settings(self, cli: Command, song: Path, text: str, word: str) -> None:
        Path("wrong.json").write_text(text)
        self.check(cli("render", song, "--settings", "wrong.json", "-o", "out.wav"), 3, "wrong.json", word)
        self.check(cli("show", "wrong.json", "--json"), 3, "wrong.json", word)

    def test_missing_settings(self, cli: Command, song: Path) -> None:
        self.check(cli("show", "none.json"), 3, "none.json")

    def test_output_is_an_input(self, cli: Command, song: Path, settings_file: Path) -> None:
        before = song.read_bytes()
        self.check(cli("render", song, "--settings", settings_file, "-o", song), 5, "input")
        Path("link.wav").symlink_to(song)
        self.check(cli("render", song, "--settings", settings_file, "-o", "link.wav"), 5, "input")
        assert song.read_bytes() == before
        kept = settings_file.read_bytes()
        done = cli("render", song, "--settings", settings_file, "-o", settings_file)
        assert done.code == 5
        assert settings_file.read_bytes() == kept

    def test_output_in_no_folder(self, cli: Command, song: Path, settings_file: Path) -> None:
        self.check(cli("render", song, "--settings", settings_file, "-o", "no/out.wav"), 5, "no")

    def test_output_of_no_format(self, cli: Command, song: Path, settings_file: Path) -> None:
        self.check(cli("render", song, "--settings", settings_file, "-o", "out.xyz"), 5, ".xyz")

    @pytest.mark.skipif(os.name == "nt", reason="permissions are others there")
    def test_unwritable_folder(self, cli: Command, song: Path, settings_file: Path) -> None:
        Path("locked").mkdir(mode=0o555)
        if os.access("locked", os.W_OK):
            pytest.skip("the superuser may write everywhere")
        self.check(cli("render", song, "--settings", settings_file, "-o", "locked/out.wav"), 5, "locked")

    def test_a_place_that_nobody_can_write(self, cli: Command, song: Path, settings_file: Path) -> None:
        if not Path("/proc").is_dir():
            pytest.skip("no /proc here")
        self.check(cli("render", song, "--settings", settings_file, "-o", "/proc/out.wav"), 5, "/proc/out.wav")

    def test_names_with_markup_are_printed_as_they_are(self, cli: Command) -> None:
        self.check(cli("measure", "[bold]no[/bold].wav"), 4, "[bold]no[/bold].wav")

    def test_unexpected_faults_are_one_sentence_too(
        self, cli: Command, song: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any) -> None:
            raise ValueError("of two\nlines")

        monkeypatch.setattr("tonewright.rendering.open_source", broken)
        self.check(cli("measure", song), main.INTERNAL_ERROR, "of two lines", "TONEWRIGHT_DEBUG=1")
        monkeypatch.setenv("TONEWRIGHT_DEBUG", "1")
        with pytest.raises(ValueError, match="of two"):
            cli("measure", song)

    def test_interrupt(self, cli: Command, song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("tonewright.rendering.open_source", interrupted)
        done = cli("measure", song)
        assert (done.code, done.out) == (130, "")
        assert "Traceback" not in done.err


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_leave_no_half_file(tmp_path: Path, settings_file: Path, number: signal.Signals, code: int) -> None:
    # MP3 of noise takes many seconds to encode: the signal must arrive in the middle of the work.
    second = np.random.default_rng(0).uniform(-0.1, 0.1, (2, 44_100)).astype(np.float32)
    write(tmp_path / "long.wav", Audio(np.tile(second, 300), 44_100))
    command = ["render", "long.wav", "--settings", str(settings_file), "-o", "out.mp3", "--ceiling", "off"]
    work = subprocess.Popen(
        [sys.executable, "-m", "tonewright", *command],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": _paths(tmp_path)},
        # A shell without job control starts what runs in the background deaf to interrupts, and that is inherited.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".*.tonewright-*.tmp")) and work.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    work.send_signal(number)
    _, err = work.communicate(timeout=60)
    assert work.returncode == code
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long.wav", "settings.json"]


@pytest.mark.skipif(os.name == "nt", reason="pipes are others there")
def test_a_broken_pipe_is_quiet(song: Path, settings_file: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "tonewright", "show", settings_file],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": _paths(song.parent)},
    )
    os.close(write_end)
    assert done.stderr == ""
    assert done.returncode == 1


def test_a_terminal_without_unicode_gets_something(process: Command, settings_file: Path) -> None:
    done = process("show", settings_file, PYTHONIOENCODING="ascii")
    assert done.code == 0, done.err
    assert done.out.isascii()


def test_json_knows_no_infinity() -> None:
    data = output.plain({"a": (1.0, float("-inf")), "b": {"c": float("nan")}, "p": Path("x")})
    assert json.loads(json.dumps(data, allow_nan=False)) == {"a": [1.0, None], "b": {"c": None}, "p": "x"}
