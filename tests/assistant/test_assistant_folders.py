"""Folders and plans by themselves: the corners that a client does not reach."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonewright.assistant.folders import Folders, PlaceError, digest
from tonewright.assistant.plans import Plan, PlanError, Plans


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "allowed"
    place.mkdir()
    (tmp_path / "outside.json").write_text("{}")
    (place / "inside.json").write_text("{}")
    return place


def test_a_folder_may_itself_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    folders = Folders([tmp_path / "link"])
    assert folders.readable == (folder,)
    assert folders.reading("inside.json") == folder / "inside.json"
    assert folders.reading(str(tmp_path / "link" / "inside.json")) == folder / "inside.json"


def test_links_that_go_in_circles(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    with pytest.raises(PlaceError):
        Folders([folder]).reading("a")
    with pytest.raises(PlaceError):
        Folders([folder]).writing("a", folder / "x")


def test_neighbours_with_the_same_beginning(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "allowed-not").mkdir()
    (tmp_path / "allowed-not" / "x.json").write_text("{}")
    with pytest.raises(PlaceError, match="outside"):
        Folders([folder]).reading(str(tmp_path / "allowed-not" / "x.json"))


def test_several_folders_are_searched(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "there.json").write_text("{}")
    folders = Folders([folder, tmp_path / "second"])
    assert folders.reading("there.json") == tmp_path / "second" / "there.json"
    assert folders.writing("new.json", folder / "x") == folder / "new.json"


def test_no_folder_and_a_file(folder: Path) -> None:
    for given_ in ([], [folder / "inside.json"], [folder / "none"]):
        with pytest.raises(PlaceError):
            Folders(given_)


def test_what_it_wrote_may_be_replaced_until_somebody_changes_it(folder: Path) -> None:
    folders = Folders([folder])
    place = folders.writing("new.json", folder / "x")
    place.write_text("1")
    assert folders.wrote(place) == digest(place)
    assert folders.writing("new.json", folder / "x") == place
    place.write_text("2")
    with pytest.raises(PlaceError, match="not written by this server"):
        folders.writing("new.json", folder / "x")


def test_listing_leaves_out_links_hidden_files_and_others(folder: Path, tmp_path: Path) -> None:
    (folder / "sub").mkdir()
    for name in ("a.wav", "sub/b.FLAC", ".c.wav", "d.txt"):
        (folder / name).touch()
    (folder / "e.json").symlink_to(tmp_path / "outside.json")
    (folder / "f").symlink_to(tmp_path)
    found = Folders([folder, folder / "sub"]).files()
    assert [path.relative_to(folder).as_posix() for path in found] == ["a.wav", "inside.json", "sub/b.FLAC"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(["..", ".", "allowed", "link", "outside.json", "inside.json", "", "~", "/"]), max_size=6)
)
def test_no_path_leads_outside(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    top = tmp_path_factory.getbasetemp() / "paths"
    place = top / "allowed"
    if not top.exists():
        place.mkdir(parents=True)
        (top / "outside.json").write_text("{}")
        (place / "inside.json").write_text("{}")
        (place / "link").symlink_to(top)
    folders = Folders([place])
    for call in (folders.reading, lambda text: folders.writing(text, place / "x.json")):
        try:
            found = call("/".join(parts))
        except PlaceError:
            continue
        except Exception as error:
            assert type(error).__name__ == "OutputError"  # noqa: PT017
            continue
        assert found.resolve().parent == place


def plan(act: Any, **more: Any) -> Plan:
    return Plan("render", {"amount": 1.0}, more.get("inputs", {}), more.get("targets", {}), act)


def test_a_token_depends_on_all_that_is_shown(folder: Path) -> None:
    plans = Plans()
    tokens = {
        plans.show(plan(lambda _: {}), {"settings": 1}),
        plans.show(plan(lambda _: {}), {"settings": 2}),
        plans.show(plan(lambda _: {}, inputs={folder / "inside.json": "0"}), {"settings": 1}),
        plans.show(plan(lambda _: {}, targets={folder / "new.json": None}), {"settings": 1}),
    }
    assert len(tokens) == 4
    assert plans.show(plan(lambda _: {}), {"settings": 1}) in tokens


def test_old_plans_are_forgotten() -> None:
    plans = Plans()
    first = plans.show(plan(lambda _: {}), {"number": -1})
    for number in range(100):
        plans.show(plan(lambda _: {}), {"number": number})
    with pytest.raises(PlanError, match="forgotten"):
        plans.carry_out(first, "render", {"amount": 1.0})


def test_plans_do_not_hold_processed_audio(folder: Path) -> None:
    from tonewright.assistant.arguments import Auto
    from tonewright.assistant.bench import Bench
    from tonewright.assistant.choosing import auto
    from tonewright.rendering import level

    example = Path(__file__).parents[2] / "examples" / "song.ogg"
    if not example.exists():
        pytest.skip("the examples are not here")
    (folder / "song.ogg").write_bytes(example.read_bytes())
    held: list[weakref.ref[Any]] = []
    original = level.Settled.__init__

    def watched(self: Any, *values: Any, **names: Any) -> None:
        original(self, *values, **names)
        held.append(weakref.ref(self))

    bench = Bench(Folders([folder]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(level.Settled, "__init__", watched)
        assert auto(bench, Auto(recording="song.ogg"), None)["token"]
    gc.collect()
    assert held
    assert all(one() is None for one in held)
