"""Files are written whole or not at all, by one module; nothing of anybody else's is touched on the way."""

from __future__ import annotations

import ast
import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tonewright import files
from tonewright.errors import OutputError
from tonewright.files import Draft, append_text, confined, write_bytes, write_text
from tonewright.settings import Settings

_SOURCE = Path(files.__file__).parent


@pytest.fixture(autouse=True)
def _forgetful() -> None:
    """Every test sweeps anew: a folder's number may come back."""
    files._swept.clear()
    files._said.clear()


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


class TestWriting:
    def test_whole_or_not_at_all(self, tmp_path: Path) -> None:
        target = tmp_path / "a.txt"
        write_text(target, "old")
        draft = Draft(target)
        draft.path.write_text("half")
        assert target.read_text() == "old"
        with pytest.raises(RuntimeError), draft:
            raise RuntimeError
        assert target.read_text() == "old"
        assert names(tmp_path) == ["a.txt"]

    def test_the_name_of_a_draft(self, tmp_path: Path) -> None:
        with Draft(tmp_path / "a.txt") as draft:
            assert [one for one in names(tmp_path) if files._PATTERN.match(one.encode())] == [draft.path.name]
            assert draft.path.name.startswith(f".a.txt.tonewright-{os.getpid()}-")

    @pytest.mark.parametrize("suffix", [".part", ".partial", ".tmp"])
    def test_files_of_the_user_with_any_such_name_survive(self, tmp_path: Path, suffix: str) -> None:
        (tmp_path / f"s.json{suffix}").write_text("mine")
        Settings(preamp_db=1.0).save(tmp_path / "s.json")
        assert (tmp_path / f"s.json{suffix}").read_text() == "mine"
        assert names(tmp_path) == ["s.json", f"s.json{suffix}"]

    def test_the_mode_of_what_is_replaced_is_kept(self, tmp_path: Path) -> None:
        target = tmp_path / "a"
        write_bytes(target, b"1")
        for mode in (0o600, 0o644, 0o664, 0o755):
            target.chmod(mode)
            write_bytes(target, b"2")
            assert stat.S_IMODE(target.stat().st_mode) == mode

    def test_a_new_file_has_the_mode_that_the_user_wishes(self, tmp_path: Path) -> None:
        before = os.umask(0o027)
        try:
            write_bytes(tmp_path / "a", b"")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640

    def test_what_is_personal_is_nobody_elses(self, tmp_path: Path) -> None:
        target = tmp_path / "taste.json"
        target.write_text("")
        target.chmod(0o644)
        write_text(target, "mine", personal=True)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600

    def test_another_file_put_in_the_drafts_place_is_what_is_published(self, tmp_path: Path) -> None:
        with Draft(tmp_path / "a") as draft:
            (tmp_path / "other").write_text("by a library")
            (tmp_path / "other").replace(draft.path)
        assert (tmp_path / "a").read_text() == "by a library"

    @pytest.mark.parametrize("name", ["n" * 255, "ü" * 127, os.fsdecode(b"caf\xe9.json"), "a\nb"])
    def test_names_of_every_kind(self, tmp_path: Path, name: str) -> None:
        write_bytes(tmp_path / name, b"x")
        assert (tmp_path / name).read_bytes() == b"x"
        assert names(tmp_path) == [name]

    def test_a_log_is_added_to(self, tmp_path: Path) -> None:
        append_text(tmp_path / "log", "a\n")
        append_text(tmp_path / "log", "b\n")
        assert (tmp_path / "log").read_text() == "a\nb\n"
        (tmp_path / "link").symlink_to(tmp_path / "log")
        with pytest.raises(OutputError, match="link cannot be written"):
            append_text(tmp_path / "link", "c\n")

    def test_a_full_disk_is_one_sentence(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_bytes(tmp_path / "a", b"old")

        def full(_number: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match=r"a cannot be written \(No space left on device\)"):
            write_bytes(tmp_path / "a", b"new")
        monkeypatch.undo()
        assert names(tmp_path) == ["a"]
        assert (tmp_path / "a").read_bytes() == b"old"


class TestLeftOvers:
    def test_old_ones_of_ours_go_and_nothing_else(self, tmp_path: Path) -> None:
        left = tmp_path / ".song.wav.tonewright-123-0123456789abcdef.tmp"
        young = tmp_path / ".song.wav.tonewright-124-0123456789abcdef.tmp"
        others = [".song.wav.tonewright-1.tmp", "song.tonewright-1-0123456789abcdef.tmp", ".a.part"]
        for path in (left, young, *(tmp_path / one for one in others)):
            path.write_text("x")
            os.utime(path, times=(time.time() - 120,) * 2)
        os.utime(young)
        write_bytes(tmp_path / "b", b"")
        assert names(tmp_path) == sorted([young.name, *others, "b"])

    def test_one_that_somebody_writes_stays(self, tmp_path: Path) -> None:
        with Draft(tmp_path / "a") as draft:
            os.utime(draft.path, times=(time.time() - 1000,) * 2)
            write_bytes(tmp_path / "b", b"")
            assert draft.path.exists()
        assert names(tmp_path) == ["a", "b"]

    def test_that_of_a_killed_process_goes(self, tmp_path: Path) -> None:
        code = (
            "import os, sys; from tonewright.files import Draft; d = Draft(sys.argv[1]); d.path.write_text('half'); "
            "print(d.path.name, flush=True); os.kill(os.getpid(), 9)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], capture_output=True, text=True)
        left = tmp_path / done.stdout.strip()
        assert done.returncode == -9
        assert left.read_text() == "half"
        os.utime(left, times=(time.time() - 120,) * 2)
        write_bytes(tmp_path / "a", b"whole")
        assert names(tmp_path) == ["a"]

    def test_a_link_of_that_name_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "precious").write_text("x")
        link = tmp_path / ".a.tonewright-1-0123456789abcdef.tmp"
        link.symlink_to(tmp_path / "precious")
        os.utime(tmp_path / "precious", times=(time.time() - 120,) * 2)
        write_bytes(tmp_path / "b", b"")
        assert link.is_symlink()
        assert (tmp_path / "precious").exists()


def test_two_writers_never_show_half_a_file(tmp_path: Path) -> None:
    target = tmp_path / "s.json"
    code = (
        "import sys; from tonewright.settings import Settings\n"
        "s = Settings(note=sys.argv[2] * 20000)\n"
        "for _ in range(300): s.save(sys.argv[1])"
    )
    Settings().save(target)
    writers = [subprocess.Popen([sys.executable, "-c", code, str(target), word]) for word in "ab"]
    seen = 0
    while any(writer.poll() is None for writer in writers):
        note = Settings.load(target).note
        assert note in ("", "a" * 20000, "b" * 20000)
        seen += 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen > 0
    assert names(tmp_path) == ["s.json"]


class TestLinks:
    def test_what_a_link_leads_to_is_written_and_that_is_said(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "real").write_text("old")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        write_bytes(tmp_path / "link", b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_bytes() == b"new"
        assert "is a link" in caplog.text

    def test_a_server_follows_none(self, tmp_path: Path) -> None:
        outside, inside = tmp_path / "outside", tmp_path / "inside"
        outside.mkdir()
        (inside / "deep").mkdir(parents=True)
        (outside / "secret").write_text("precious")
        (inside / "file").symlink_to(outside / "secret")
        (inside / "way").symlink_to(outside)
        (inside / "dangling").symlink_to(outside / "new")
        with confined([inside]):
            for name in ("file", "way/secret", "way/new", "dangling", "deep/../way/new"):
                with pytest.raises(OutputError):
                    write_bytes(inside / name, b"stolen")
            with pytest.raises(OutputError, match="outside the folders"):
                write_bytes(outside / "other", b"stolen")
            write_bytes(inside / "deep" / "good", b"fine")
        assert (inside / "deep" / "good").read_bytes() == b"fine"
        assert names(outside) == ["secret"]
        assert (outside / "secret").read_text() == "precious"

    def test_a_folder_swapped_for_a_link_leads_nobody_astray(self, tmp_path: Path) -> None:
        outside, inside = tmp_path / "outside", tmp_path / "inside"
        outside.mkdir()
        (inside / "deep").mkdir(parents=True)
        with confined([inside]):
            draft = Draft(inside / "deep" / "a")
            (inside / "deep").rename(inside / "moved")
            (inside / "deep").symlink_to(outside)
            draft.path.write_text("here")
            draft.publish()
        assert names(outside) == []
        assert (inside / "moved" / "a").read_text() == "here"


# The house: nobody opens a file for writing but files.py

#: Who may, and why.
_MAY = {
    "files.py": "it is the one",
    "audio/chunks.py": "corrects a draft in place",
    "audio/id3.py": "adds to a draft in place",
    "controllers/say/reading/convert.py": "transformers writes into a folder that is renamed when complete",
    "controllers/say/reading/sources.py": "downloads grow in a folder that is renamed when complete",
    "studio/uploads.py": "what comes in goes to a private folder under a number, and is used when complete",
    "studio/runs.py": "a lock that holds a folder of its own",
    "training/corpus/building.py": "a store is a folder that is renamed when complete",
    "training/corpus/decoding.py": "programs that decode write into a folder of their own",
}
_METHODS = {"write_text", "write_bytes", "touch", "tofile"}
_CALLS = {"mkstemp", "NamedTemporaryFile", "rename", "replace", "renames"}
_BY_PATH = {"savez", "savez_compressed", "save_file", "savefig", "to_csv", "to_parquet", "to_json", "copyfile", "copy2"}


def test_nothing_else_opens_a_file_for_writing() -> None:
    faults = [
        f"{path.relative_to(_SOURCE)}:{line}: {what}"
        for path in sorted(_SOURCE.rglob("*.py"))
        if path.relative_to(_SOURCE).as_posix() not in _MAY
        for line, what in _writes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert faults == []


def test_those_who_may_are_there() -> None:
    assert [name for name in _MAY if not (_SOURCE / name).exists()] == []


@pytest.mark.parametrize(
    "code",
    [
        "open('a', 'w')",
        "Path('a').open('wb')",
        "Path('a').open(mode='a')",
        "Path('a').write_text('x')",
        "os.open('a', os.O_WRONLY | os.O_CREAT)",
        "os.replace('a', 'b')",
        "path.replace(target)",
        "tempfile.NamedTemporaryFile()",
        "zipfile.ZipFile(target, 'w')",
        "soundfile.SoundFile(str(path), 'w')",
        "np.save(path, x)",
        "save_file(x, path)",
        "torch.save(state, path)",
        "shutil.copyfile(a, b)",
    ],
)
def test_it_would_be_seen(code: str) -> None:
    assert list(_writes(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "open('a')",
        "Path('a').open('rb')",
        "draft.path.open('r+b')",
        "write_text(path, x)",
        "text.replace('a', 'b')",
        "replace(one, settings=two)",
        "zipfile.ZipFile(draft.path, 'w')",
        "np.save(file, x)",
        "figure.savefig(content, format='png')",
        "shutil.copyfile(a, draft.path)",
    ],
)
def test_it_would_be_let_pass(code: str) -> None:
    assert not list(_writes(ast.parse(code)))


def _writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of calls that write to a path which is no draft's."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        text = ast.unparse(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if any(one in text for one in ("draft", "memory", "os.devnull")):  # nothing of anybody's
            continue
        given = [ast.unparse(one) for one in node.args]
        mode = next((ast.unparse(one.value) for one in node.keywords if one.arg == "mode"), None)
        if name == "open" and owner != "webbrowser":
            modes = [mode] if mode is not None else given[:1] if owner not in ("", "os", "io") else given[1:2]
            if any(one[:1] == "'" and set(one) & set("wax+") for one in modes) or "O_WRONLY" in text:
                yield node.lineno, text
        elif name in _METHODS and owner:
            yield node.lineno, text
        elif name in _CALLS:
            moves = owner in ("os", "shutil", "tempfile") or (owner and len(given) == 1 and not node.keywords)
            if moves or name in ("mkstemp", "NamedTemporaryFile"):
                yield node.lineno, text
        elif name in ("ZipFile", "SoundFile", "TarFile") and ("'w'" in text or "'a'" in text or "'x'" in text):
            yield node.lineno, text
        elif name == "save" and owner in ("np", "numpy", "torch"):
            if not {"file", "content", "stream"} & set(given):
                yield node.lineno, text
        elif name in _BY_PATH and given and not {"content", "sink", "stream"} & {given[0]}:
            yield node.lineno, text
