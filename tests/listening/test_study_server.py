"""The server, asked by programs: nobody reads or changes another's answers, nothing says which system is which."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from study_helpers import MUSHRA, heard

pytest.importorskip("fastapi", reason="FastAPI is not installed")
pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
pytest.importorskip("starlette.testclient", reason="httpx is not installed")

from tonewright.listening.server.app import make_app
from tonewright.listening.server.material import Material, make_material
from tonewright.listening.store.errors import StoreFullError
from tonewright.listening.store.store import Store
from tonewright.listening.study.reading import open_study

MORE = """
[[questions]]
name = "age"
ask = { en = "How old are you?", de = "Wie alt sind Sie?" }
type = "number"
least = 18
most = 99
"""


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("study")
    text = MUSHRA.replace("seed = 3", 'seed = 3\nlanguages = ["en", "de"]').replace(
        'headphones = "off"', 'headphones = "require"'
    )
    (folder / "study.toml").write_text(text + MORE, encoding="utf-8")
    return make_material(open_study(folder / "study.toml"))


@pytest.fixture
def store(material: Material, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "answers.sqlite") as made:
        made.open_edition(material.study.model_dump(mode="json"), material.hash, {})
        yield made


@pytest.fixture
def client(material: Material, store: Store) -> Any:
    from starlette.testclient import TestClient

    return TestClient(make_app(material, store), raise_server_exceptions=False)


def begin(client: Any, **more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    answer = client.post("/api/sessions", json={"agreed": True, "language": "en", **more})
    assert answer.status_code == 200, answer.text
    state = answer.json()
    return state, {"Authorization": f"Bearer {state['secret']}"}


def send(client: Any, headers: dict[str, str], state: dict[str, Any], body: dict[str, Any], name: str = "") -> Any:
    message = {
        "id": name or f"test-{state['step']['id']}-{headers['Authorization'][7:15]}",
        "step": state["step"]["id"],
        "body": body,
    }
    return client.post("/api/answers", json=message, headers=headers)


def to_trials(client: Any, store: Store, headers: dict[str, str], state: dict[str, Any]) -> dict[str, Any]:
    state = send(client, headers, state, {"answers": {"age": 40}}).json()
    person = store.people()[-1]
    step = person.plan.step(state["step"]["id"])
    assert step is not None
    right = [tones.tones.index("quiet") for tones in step.rounds]
    state = send(client, headers, state, {"chosen": right}).json()
    return send(client, headers, state, {"seconds": 2.0}).json()  # type: ignore[no-any-return]


def test_a_session_from_consent_to_the_code(client: Any, store: Store) -> None:
    assert client.post("/api/sessions", json={"agreed": False, "language": "en"}).status_code == 422
    assert store.people() == []
    state, headers = begin(client)
    state = to_trials(client, store, headers, state)
    while state["step"] is not None:
        labels = [sound["label"] for sound in state["step"]["sounds"]]
        scores = {label: 50 for label in labels if label != "reference"}
        state = send(client, headers, state, heard(labels, scores=scores)).json()
    assert len(state["code"]) == 8
    assert client.get("/api/session", headers=headers).json()["code"] == state["code"]
    other, _ = begin(client)
    assert "code" not in other


def test_an_answer_is_stored_once_and_in_turn(client: Any, store: Store) -> None:
    state, headers = begin(client)
    first = send(client, headers, state, {"answers": {"age": 40}}, "the-first-id")
    assert first.json()["saved"] is True
    again = send(client, headers, state, {"answers": {"age": 40}}, "the-first-id")
    assert again.status_code == 200
    assert again.json()["step"]["id"] == first.json()["step"]["id"]
    other = send(client, headers, state, {"answers": {"age": 41}}, "another-id-of-mine")
    assert other.status_code == 409
    assert store.answered(store.people()[0])["s01"] == {"answers": {"age": 40.0}}
    later = {"step": {"id": "s04"}}
    assert "comes later" in send(client, headers, later, {}).json()["error"]
    assert send(client, headers, {"step": {"id": "s99"}}, {}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"id": "x"}',
        b'{"id": "long-enough", "step": "s01", "body": {}, "listener": 2}',
        b"9" * (5 << 20),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence(client: Any, body: bytes) -> None:
    _, headers = begin(client)
    answer = client.post("/api/answers", content=body, headers=headers)
    assert answer.status_code in (413, 422)
    assert answer.json().get("error") or answer.json().get("detail")
    assert "Traceback" not in answer.text


def test_nobody_reads_or_answers_for_another(client: Any, store: Store) -> None:
    mine, my_headers = begin(client)
    yours, your_headers = begin(client)
    assert mine["secret"] != yours["secret"]
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {mine['pseudonym']}"}):
        for path in ("/api/session", "/api/sounds/" + "0" * 32):
            assert client.get(path, headers=headers).status_code == 410
        assert send(client, {"Authorization": "Bearer nonsense"}, mine, {"answers": {"age": 40}}).status_code == 410
    # An id that I have used cannot be used by you, so that you can neither change nor find out what I said.
    assert send(client, my_headers, mine, {"answers": {"age": 40}}, "an-id-of-mine").status_code == 200
    taken = send(client, your_headers, yours, {"answers": {"age": 50}}, "an-id-of-mine")
    assert taken.status_code == 409
    assert "40" not in taken.text
    stored = {person.pseudonym: store.answered(person) for person in store.people()}
    assert stored[mine["pseudonym"]] == {"s01": {"answers": {"age": 40.0}}}
    assert stored[yours["pseudonym"]] == {}


def test_a_page_does_not_say_which_system_is_which(client: Any, store: Store) -> None:
    pages = []
    for _ in range(2):
        state, headers = begin(client)
        state = to_trials(client, store, headers, state)
        pages.append((headers, state["step"]["sounds"], json.dumps(state)))
    for _, _, text in pages:
        for word in ("original", "noisy", "anchor", "role", "system", "sha", ".wav", "key", "hash"):
            assert word not in text, word
    ids = [sound["audio"] for _, sounds, _ in pages for sound in sounds]
    assert len(set(ids)) == len(ids) == 8
    seen = set()
    for headers, sounds, _ in pages:
        for sound in sounds:
            answer = client.get(f"/api/sounds/{sound['audio']}", headers=headers)
            assert answer.status_code == 200
            assert answer.content[:4] == b"RIFF"
            # Neither length nor any header differs; the file has nothing but its format and samples.
            seen.add((len(answer.content), tuple(sorted((key, value) for key, value in answer.headers.items()))))
            assert answer.content[36:40] == b"data"
    assert len(seen) == 1
    assert not {name for name, _ in next(iter(seen))[1]} & {"etag", "last-modified", "content-disposition"}
    # Sounds are heard by who was given their ids, and by nobody else.
    (first, sounds, _), (second, _, _) = pages
    assert first != second
    assert client.get(f"/api/sounds/{sounds[0]['audio']}", headers=second).status_code == 410


def test_the_headphone_test_is_required(client: Any, store: Store) -> None:
    state, headers = begin(client)
    state = send(client, headers, state, {"answers": {"age": 40}}).json()
    assert len({sound for each in state["step"]["rounds"] for sound in each}) == 18
    person = store.people()[0]
    step = person.plan.step("s02")
    assert step is not None
    wrong = [tones.tones.index("antiphase") for tones in step.rounds]
    for attempt in (1, 2):
        assert state["step"]["attempt"] == attempt
        assert state["step"]["refused"] is False
        state = send(client, headers, state, {"chosen": wrong, "attempt": attempt}, f"attempt-{attempt}").json()
    assert state["step"]["id"] == "s02"
    assert state["step"]["refused"] is True
    # Who comes back later is still refused.
    assert client.get("/api/session", headers=headers).json()["step"]["refused"] is True


def test_a_full_disk_is_told_and_the_session_goes_on_afterwards(
    client: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import Future

    state, headers = begin(client)

    def full(*_: Any) -> Future[bool]:
        future: Future[bool] = Future()
        future.set_exception(StoreFullError("It could not be stored: there is no room for it."))
        return future

    with monkeypatch.context() as patched:
        patched.setattr(store, "add", full)
        answer = send(client, headers, state, {"answers": {"age": 40}}, "kept-by-the-page")
        assert answer.status_code == 507
        assert "no room" in answer.json()["error"]
        assert client.get("/api/session", headers=headers).json()["step"]["id"] == "s01"
    assert send(client, headers, state, {"answers": {"age": 40}}, "kept-by-the-page").json()["saved"] is True


def test_a_deleted_person_is_gone_at_once(client: Any, store: Store) -> None:
    state, headers = begin(client)
    store.delete(state["pseudonym"])
    assert send(client, headers, state, {"answers": {"age": 40}}).status_code == 410
    assert client.get("/api/session", headers=headers).status_code == 410


def test_pages_are_local_and_guarded(client: Any) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    root = Path(__file__).parents[2] / "src" / "tonewright" / "listening" / "static"
    for path in root.rglob("*"):
        if path.is_file():
            assert client.get(f"/study/{path.relative_to(root).as_posix()}").status_code == 200
            text = path.read_text("utf-8")
            assert "http://" not in text
            assert "https://" not in text
    assert client.get("/web/engine/worklet.js").status_code == 200
    for address in ("/study/../server/app.py", "/study/%2e%2e/server/app.py", "/nothing"):
        assert client.get(address).status_code == 404
    assert client.get("/api/words/de").json()["play"] == "Abspielen"
    about = client.get("/api/study").json()
    assert set(about["languages"]) == {"en", "de"}
    assert (
        client.get("/api/session?language=de", headers=begin(client)[1]).json()["step"]["questions"][0]["ask"]
        == "Wie alt sind Sie?"
    )
