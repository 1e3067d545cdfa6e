"""Answers out of the store: results, tables with their dictionary, populations that training takes; and back in."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from study_helpers import ADJUSTMENT, MUSHRA, heard

pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from tonewright.errors import SettingsError
from tonewright.listening.exporting.writing import FORMATS, export_to
from tonewright.listening.importing import import_file
from tonewright.listening.planning.answers import check_answer
from tonewright.listening.planning.plans import plan
from tonewright.listening.planning.trial import Step
from tonewright.listening.results import ResultsError, load_results
from tonewright.listening.store.errors import StoreError
from tonewright.listening.store.store import Store
from tonewright.listening.study.reading import Opened, open_study
from tonewright.population.imports import load_population

QUESTION = '[[questions]]\nname = "job"\nask = "Job?"\ntype = "text"\n'
Case = tuple[Opened, Store]


def scripted(study: Any, step: Step, number: int) -> dict[str, Any]:
    """Answer a page as listener `number` would."""
    trial = step.trial
    if trial is None:
        return {"answers": {"job": 'so, "so"'}} if step.type == "before" else {"seconds": 1.0}
    labels = [shown.label for shown in trial.shown]
    if trial.kind == "adjustment":
        point = trial.target or (number - 1.0, 2.0)
        path = [[0.0, *(trial.start or ())], [1.5, *point]]
        return heard(labels, point=point, path=path, comment="" if trial.catch else "nice")
    scores = {shown.label: 90.0 if shown.role == "reference" else 40.0 + number for shown in trial.shown}
    scores.pop("reference", None)
    return heard(labels, scores=scores)


@pytest.fixture
def answered(tmp_path: Path) -> Iterator[Callable[[str], Case]]:
    stores = []

    def make(text: str) -> Case:
        path = tmp_path / "study.toml"
        path.write_text(text + QUESTION, encoding="utf-8")
        opened = open_study(path)
        store = Store(tmp_path / "study.sqlite")
        stores.append(store)
        store.open_edition(opened.study.model_dump(mode="json"), opened.hash(), {})
        for number in range(3):
            person, _ = store.begin(opened.hash(), lambda given: plan(opened.study, given)).result()
            consent = {"language": "en", "device": {"browser": "Firefox 130", "touch": False}}
            store.add(person, f"consent-{number}", "consent", None, consent).result()
            # The last one stops before the last page.
            for step in person.plan.steps[: None if number < 2 else -1]:
                body = check_answer(opened.study, step, scripted(opened.study, step, number))
                store.add(person, f"{number}-{step.id}", "answer", step.id, body).result()
        return opened, store

    yield make
    for store in stores:
        store.close()


def test_results_have_the_truth(answered: Callable[[str], Case], tmp_path: Path) -> None:
    opened, store = answered(MUSHRA)
    export_to(store, opened, tmp_path / "results.json", "results")
    results = load_results(tmp_path / "results.json")
    assert (results.kind, results.study, results.hash) == ("mushra", "small", opened.hash())
    assert [listener.complete for listener in results.listeners] == [True, True, False]
    assert results.listeners[0].answers == {"job": 'so, "so"'}
    assert results.listeners[0].device == {"language": "en", "browser": "Firefox 130", "touch": False}
    for rating in results.ratings:
        number = [listener.id for listener in results.listeners].index(rating.listener)
        assert rating.role == {"original": "reference", "noisy": "system"}.get(rating.system, "anchor")
        assert rating.score == (90.0 if rating.role == "reference" else 40.0 + number)
    assert len(results.ratings) == 3 * 2 * 3 - 3


def test_tables_say_what_their_columns_mean(answered: Callable[[str], Case], tmp_path: Path) -> None:
    opened, store = answered(ADJUSTMENT)
    written = export_to(store, opened, tmp_path / "csv", "csv")
    assert all(path.exists() for path in written)
    dictionary = json.loads((tmp_path / "csv" / "dictionary.json").read_text("utf-8"))
    tables = {}
    for path in (tmp_path / "csv").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            assert list(reader.fieldnames or ()) == list(dictionary[path.stem])
            tables[path.stem] = list(reader)
    assert all(column["meaning"] for columns in dictionary.values() for column in columns.values())
    assert set(tables) == {"listeners", "adjustments", "trajectories", "log", "stimuli"}
    assert tables["listeners"][0]["answer_job"] == 'so, "so"'
    choice = next(row for row in tables["adjustments"] if row["catch"] == "false")
    assert (choice["point_x"], choice["point_y"], choice["comment"]) == ("-1.0", "2.0", "nice")
    caught = next(row for row in tables["adjustments"] if row["catch"] == "true")
    assert caught["passed"] == "true"
    assert len(tables["trajectories"]) == 2 * len(tables["adjustments"])
    assert {row["system"] for row in tables["stimuli"]} == {"original"}
    assert {row["event"] for row in tables["log"]} == {"select A"}
    whole = json.loads(export_to(store, opened, tmp_path / "all.json", "json")[0].read_text("utf-8"))
    assert whole["dictionary"] == dictionary
    assert {name: len(rows) for name, rows in whole["tables"].items()} == {
        name: len(rows) for name, rows in tables.items()
    }


def test_parquet_holds_the_same(answered: Callable[[str], Case], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    opened, store = answered(MUSHRA)
    export_to(store, opened, tmp_path / "tables", "parquet")
    whole = json.loads(export_to(store, opened, tmp_path / "all.json", "json")[0].read_text("utf-8"))
    for name, rows in whole["tables"].items():
        table = parquet.read_table(tmp_path / "tables" / f"{name}.parquet")
        assert table.to_pylist() == rows
    field = parquet.read_table(tmp_path / "tables" / "ratings.parquet").schema.field("seconds")
    assert field.metadata[b"unit"] == b"s"


def test_webmushra_there_and_back(answered: Callable[[str], Case], tmp_path: Path) -> None:
    opened, store = answered(MUSHRA)
    path = export_to(store, opened, tmp_path / "mushra.csv", "webmushra")[0]
    head = path.read_text("utf-8").splitlines()[0]
    assert head == ("session_test_id,job,session_uuid,trial_id,rating_stimulus,rating_score,rating_time,rating_comment")
    assert "analyse" in import_file(path, tmp_path / "back.json")
    back = load_results(tmp_path / "back.json")
    export_to(store, opened, tmp_path / "results.json", "results")
    first = load_results(tmp_path / "results.json")
    assert back.kind == "mushra"
    assert sorted(
        (each.listener, each.item, each.score) for each in back.ratings if each.role == "reference"
    ) == sorted(
        (each.listener, each.item if not each.repeat else f"{each.item} #2", each.score)
        for each in first.ratings
        if each.role == "reference"
    )
    (tmp_path / "bad.csv").write_text("session_uuid,rating_stimulus,rating_score\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="no column 'trial_id'"):
        import_file(tmp_path / "bad.csv", tmp_path / "no.json")
    assert not (tmp_path / "no.json").exists()


def test_a_population_is_what_training_and_evaluation_take(answered: Callable[[str], Case], tmp_path: Path) -> None:
    from tonewright.evaluation.say_protocol import judge
    from tonewright.evaluation.say_report import BLIND
    from tonewright.evaluation.say_rules import SayProtocol
    from tonewright.training.say.config import SayData

    opened, store = answered(ADJUSTMENT)
    path = export_to(store, opened, tmp_path / "people.json", "population")[0]
    population = load_population(path)
    assert population.space == "tone_plane"
    assert {item.prompt for item in population.items} == {"warm and calm", "bright and awake"}
    dinner = next(item for item in population.items if item.prompt == "warm and calm")
    assert (dinner.context.mood, dinner.track) == ("tired", "song")
    assert [choice.point for choice in dinner.choices][:2] == [(-1.0, 2.0), (0.0, 2.0)]
    assert all(choice.start is not None for choice in dinner.choices)
    assert SayData(population=path).population == path
    report = judge(population, [BLIND], SayProtocol(seeds=1, folds=2, draws=1))
    assert report.rows
    # Catch trials are no choices.
    assert all("catch" not in item.id for item in population.items)


def test_what_cannot_be_exported_is_said(answered: Callable[[str], Case], tmp_path: Path) -> None:
    opened, store = answered(MUSHRA)
    with pytest.raises(SettingsError, match=f"--format must be one of {', '.join(FORMATS)}"):
        export_to(store, opened, tmp_path / "x", "excel")
    with pytest.raises(ResultsError, match="kind mushra"):
        export_to(store, opened, tmp_path / "x", "population")
    text = opened.path.read_text("utf-8").replace("seed = 3", "seed = 4")
    opened.path.write_text(text, encoding="utf-8")
    changed = open_study(opened.path)
    with pytest.raises(StoreError, match=r"no answers to the version .* holds .*3 listeners.*--hash"):
        export_to(store, changed, tmp_path / "x", "results")
    assert not (tmp_path / "x").exists()
    assert export_to(store, changed, tmp_path / "x", "results", opened.hash()[:10]) == [tmp_path / "x"]


def test_past_choices_become_a_population(tmp_path: Path) -> None:
    source = tmp_path / "past.csv"
    source.write_text("prompt,listener,x,y,mood\nwarm,anna,-1,-2.5,calm\nwarm,ben,0,-3,calm\n", encoding="utf-8")
    said = import_file(source, tmp_path / "people.json")
    assert "2 listeners, 1 items" in said
    assert load_population(tmp_path / "people.json").items[0].context.mood == "calm"
