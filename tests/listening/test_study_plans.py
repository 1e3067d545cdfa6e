"""Plans: balanced, repeatable, blind; answers that do not fit are refused."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_helpers import ADJUSTMENT, MUSHRA, heard

from tonewright.listening.planning.answers import AnswerError, check_answer
from tonewright.listening.planning.designs import williams
from tonewright.listening.planning.plans import plan, tasks, trials
from tonewright.listening.planning.trial import Step, Tones, Trial
from tonewright.listening.study.reading import parse_study
from tonewright.listening.study.study import Study

SYSTEMS = "".join(
    f'[[systems]]\nname = "{name}"\nmake = "noise"\nsnr_db = {snr}\n'
    for name, snr in zip("abcd", (10, 20, 30, 40), strict=True)
)
TRACKS = "".join(f'[[tracks]]\nname = "{name}"\nfile = "{name}.wav"\n' for name in "tu")
HEAD = f'name = "s"\ntitle = "S"\nseed = 9\n{TRACKS}'


def study(kind: str, more: str = "", systems: str = SYSTEMS) -> Study:
    return parse_study(f'kind = "{kind}"\n{HEAD}{systems}{more}')


@given(st.integers(1, 14))
def test_williams_designs_balance_places_and_what_came_before(count: int) -> None:
    rows = williams(count)
    assert len(rows) == (count if count % 2 == 0 or count == 0 else 2 * count)
    assert all(sorted(row) == list(range(count)) for row in rows)
    times = len(rows) // count
    places = Counter((place, name) for row in rows for place, name in enumerate(row))
    assert set(places.values()) == {times}
    if count > 1:
        before = Counter(pair for row in rows for pair in itertools.pairwise(row))
        assert len(before) == count * (count - 1)
        assert set(before.values()) == {times}


def test_a_plan_follows_from_seed_and_number() -> None:
    made = study("mushra", '[mushra]\nreference = "a"\n')
    assert plan(made, 5) == plan(made, 5)
    assert plan(made, 5) != plan(made, 6)
    other = made.changed(seed=10)
    assert plan(other, 5) != plan(made, 5)
    steps = [step.id for step in plan(made, 0).steps]
    assert len(set(steps)) == len(steps)


def test_what_is_where_on_a_page_is_balanced_over_listeners() -> None:
    made = study("rating", "[order]\ntraining = 0\n")
    # Eight listeners, two pages each: every system has every place equally often.
    places = Counter(
        (place, shown.system)
        for number in range(8)
        for trial in trials(made, number)
        for place, shown in enumerate(trial.shown)
    )
    assert set(places.values()) == {4}
    assert len(places) == 16


def test_a_rating_page_may_hold_fewer_systems() -> None:
    made = study("rating", "[rating]\npage = 2\n[order]\ntraining = 0\n")
    shown = [tuple(sorted(each.system for each in trial.shown)) for trial in trials(made, 0)]
    assert sorted(shown) == [("a", "b"), ("a", "b"), ("c", "d"), ("c", "d")]


def test_each_listener_may_hear_some_trials_and_all_are_heard_equally_often() -> None:
    made = study("preference", "[order]\nper_listener = 3\ntraining = 0\n")
    every = tasks(made)
    assert len(every) == 12
    heard_trials = [trials(made, number) for number in range(8)]
    assert {len(each) for each in heard_trials} == {3}
    counts = Counter((trial.item, frozenset(s.system for s in trial.shown)) for each in heard_trials for trial in each)
    assert set(counts.values()) == {2}
    assert len(counts) == 12


def test_pairs_come_both_ways_round() -> None:
    made = study("ab", "[ab]\nruns = 2\n[order]\ntraining = 0\n", SYSTEMS.split('[[systems]]\nname = "c"')[0])
    firsts = Counter(trial.shown[0].system for number in range(6) for trial in trials(made, number))
    assert firsts["a"] == firsts["b"]


def test_retests_and_catches_are_where_they_belong() -> None:
    made = study("abx", "[abx]\nruns = 3\n[order]\nretests = 2\ncatches = 3\ntraining = 1\n")
    for number in range(5):
        found = trials(made, number)
        assert found[0].training
        counted = [trial for trial in found if not trial.training]
        assert [trial.position for trial in counted] == list(range(len(counted)))
        assert sum(trial.catch for trial in counted) == 3
        assert sum(trial.repeat for trial in counted) == 2
        last_first = max(place for place, trial in enumerate(counted) if not trial.repeat and not trial.catch)
        assert all(place > last_first for place, trial in enumerate(counted) if trial.repeat)
        for trial in counted:
            first, second, x = trial.shown
            assert (x.label, x.system) == ("X", first.system if trial.x == "first" else second.system)


def test_the_hidden_zero_leaves_every_value_in_reach() -> None:
    made = parse_study(ADJUSTMENT)
    part = made.adjustment
    assert part is not None
    starts = []
    for number in range(40):
        for trial in trials(made, number):
            assert trial.start is not None
            reach = 6.0 * (1.0 + part.shift)
            for start, sign, offset in zip(trial.start, trial.signs, trial.offsets, strict=True):
                assert abs(offset) <= 6.0 * part.shift
                assert abs((start - offset) / reach) <= 1.0
                # Both ends can be set, wherever the zero lies.
                assert sign * reach + offset >= 6.0 or -sign * reach + offset >= 6.0
            starts.append(trial.start)
            if trial.target is not None:
                assert np.hypot(*np.subtract(trial.target, trial.start)) > part.catch_within
    assert np.abs(np.mean(starts, axis=0)).max() < 1.0
    assert np.std(starts, axis=0).min() > 2.5


def step_of(made: Study, **wanted: Any) -> Step:
    for number in range(30):
        for step in plan(made, number).steps:
            if step.trial is not None and all(getattr(step.trial, name) == value for name, value in wanted.items()):
                return step
    raise AssertionError(wanted)


def trial_of(step: Step) -> Trial:
    assert step.trial is not None
    return step.trial


def test_scores_must_fit_their_page() -> None:
    made = parse_study(MUSHRA)
    step = step_of(made, catch=False)
    labels = [shown.label for shown in trial_of(step).shown if shown.label != "reference"]
    good = heard(labels, scores=dict.fromkeys(labels, 55.5))
    assert check_answer(made, step, good)["scores"] == good["scores"]
    for scores in ({}, {**good["scores"], "Z": 1}, {**good["scores"], labels[0]: 101}):
        with pytest.raises(AnswerError):
            check_answer(made, step, {**good, "scores": scores})
    with pytest.raises(AnswerError):
        check_answer(made, step, {**good, "system": "noisy"})
    with pytest.raises(AnswerError):
        check_answer(made, step, {**good, "seconds": float("nan")})
    mos = study("rating")
    opinion = step_of(mos)
    labels = [shown.label for shown in trial_of(opinion).shown]
    with pytest.raises(AnswerError, match="whole steps"):
        check_answer(mos, opinion, heard(labels, scores=dict.fromkeys(labels, 3.5)))


def test_catch_trials_know_their_answer() -> None:
    made = study("preference", "[order]\ncatches = 2\n")
    step = step_of(made, catch=True)
    dull_first = trial_of(step).shown[0].system == "catch"
    right, wrong = ("second", "first") if dull_first else ("first", "second")
    assert check_answer(made, step, heard(["A", "B"], chosen=right))["passed"] is True
    assert check_answer(made, step, heard(["A", "B"], chosen=wrong))["passed"] is False
    with pytest.raises(AnswerError, match="must be chosen"):
        check_answer(made, step, heard(["A", "B"], chosen="tie"))
    moved = parse_study(ADJUSTMENT)
    find = step_of(moved, catch=True)
    target, start = trial_of(find).target, trial_of(find).start
    assert check_answer(moved, find, heard(["A"], point=target))["passed"] is True
    assert check_answer(moved, find, heard(["A"], point=start))["passed"] is False
    assert "passed" not in check_answer(moved, step_of(moved, catch=False), heard(["A"], point=start))


@pytest.mark.parametrize("point", [[1.0], [0.0, 6.5], [0.0, 1.0, 2.0], ["a", 1]])
def test_points_stay_in_their_space(point: list[Any]) -> None:
    made = parse_study(ADJUSTMENT)
    with pytest.raises(AnswerError):
        check_answer(made, step_of(made, catch=False), heard(["A"], point=point))


def test_the_headphone_test_passes_with_five_of_six() -> None:
    tones = Tones(tones=("plain", "quiet", "antiphase"))
    step = Step(id="s01", type="headphones", rounds=(tones,) * 6)
    made = parse_study(MUSHRA)
    assert check_answer(made, step, {"chosen": [1, 1, 1, 1, 1, 0], "attempt": 1})["passed"] is True
    # Loudspeakers: the tone in antiphase seems the quietest.
    assert check_answer(made, step, {"chosen": [2] * 6, "attempt": 1})["passed"] is False
    with pytest.raises(AnswerError, match="6 rounds"):
        check_answer(made, step, {"chosen": [1] * 5, "attempt": 1})


def test_the_questionnaire_is_checked() -> None:
    questions = (
        '[[questions]]\nname = "age"\nask = "Age?"\ntype = "number"\nleast = 18\nmost = 99\n'
        '[[questions]]\nname = "ear"\nask = "Ear?"\n'
        'options = ["left", { en = "right", de = "rechts" }]\nrequired = false\n'
    )
    made = parse_study(MUSHRA + questions)
    step = Step(id="s01", type="before")
    assert check_answer(made, step, {"answers": {"age": 33, "ear": "right"}}) == {
        "answers": {"age": 33.0, "ear": "right"}
    }
    assert check_answer(made, step, {"answers": {"age": 33, "ear": None}}) == {"answers": {"age": 33.0}}
    for answers in ({}, {"age": 5}, {"age": "old"}, {"age": 33, "ear": "rechts"}, {"age": 33, "name": "me"}):
        with pytest.raises(AnswerError):
            check_answer(made, step, {"answers": answers})
