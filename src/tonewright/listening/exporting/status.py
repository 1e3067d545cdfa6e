"""How a study stands: who began, who finished, when something was last stored."""

from __future__ import annotations

from typing import Any

from tonewright.listening.store.store import Store
from tonewright.listening.study.reading import Opened


def status_of(store: Store, opened: Opened) -> dict[str, Any]:
    """Return counts per version of the study, and per listener how many pages are answered."""
    editions = []
    for edition in store.editions():
        events = store.events(edition.hash)
        people = store.people(edition.hash)
        answered = {person.id: 0 for person in people}
        for event in events:
            answered[event.listener] += event.type == "answer"
        finished = [person for person in people if answered[person.id] == len(person.plan.steps)]
        editions.append(
            {
                "name": edition.name,
                "kind": edition.kind,
                "hash": edition.hash,
                "software": edition.software,
                "began": edition.started,
                "deleted": edition.started - len(people),
                "finished": len(finished),
                "last_event": max((event.at for event in events), default=None),
                "listeners": [
                    {
                        "pseudonym": person.pseudonym,
                        "answered": answered[person.id],
                        "pages": len(person.plan.steps),
                        "began": person.created,
                    }
                    for person in people
                ],
            }
        )
    return {"hash": opened.hash(), "editions": editions}
