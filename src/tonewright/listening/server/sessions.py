"""Sessions in memory: who is who, which page is next, which opaque id is which sound."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass, field

from tonewright.listening.making.stimuli import Key
from tonewright.listening.planning.trial import Step
from tonewright.listening.store.store import Person, Store

#: Sessions kept in memory; others are read again from the store when they come back.
_MOST = 5000


def opaque(person: Person, step: str, label: str) -> str:
    """Return the id under which a person hears a sound of a page: nobody else's, and it says nothing."""
    return hmac.new(bytes.fromhex(person.key), f"{step}/{label}".encode(), hashlib.sha256).hexdigest()[:32]


@dataclass
class Session:
    """One listener's session.

    Attributes
    ----------
    person
        Whose.
    answered
        Ids of the steps that are stored.
    sounds
        By opaque id: the key of a stimulus, or the name of a tone.
    attempts
        Failed headphone tests.
    """

    person: Person
    answered: set[str]
    sounds: dict[str, Key | str] = field(default_factory=dict)
    attempts: int = 0

    @classmethod
    def of(cls, person: Person, answered: set[str], attempts: int = 0) -> Session:
        """Return the session of a person."""
        session = cls(person, answered, attempts=attempts)
        for step in person.plan.steps:
            if step.trial is not None:
                for shown in step.trial.shown:
                    session.sounds[opaque(person, step.id, shown.label)] = Key(*shown.key)
            for number, tones in enumerate(step.rounds):
                for place, name in enumerate(tones.tones):
                    session.sounds[opaque(person, step.id, f"{number}/{place}")] = name
        return session

    @property
    def next(self) -> Step | None:
        """The first step without an answer; ``None`` when all are done."""
        return next((step for step in self.person.plan.steps if step.id not in self.answered), None)

    @property
    def code(self) -> str:
        """A completion code that only who has finished is told."""
        return hmac.new(bytes.fromhex(self.person.key), b"completion", hashlib.sha256).hexdigest()[:8].upper()


class Sessions:
    """The sessions of a store, those used last in memory.

    Parameters
    ----------
    store
        Where they are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, Session] = OrderedDict()

    def find(self, secret: str) -> Session | None:
        """Return the session of a secret if it is in memory."""
        session = self._kept.get(secret)
        if session is not None:
            self._kept.move_to_end(secret)
        return session

    def load(self, secret: str) -> Session:
        """Return the session of a secret, from the store; raises :class:`GoneError` if there is none."""
        person = self._store.person(secret)
        attempts = sum(event.type == "headphones failed" for event in self._store.events_of(person))
        return self.keep(secret, Session.of(person, set(self._store.answered(person)), attempts))

    def keep(self, secret: str, session: Session) -> Session:
        """Remember a session."""
        self._kept[secret] = session
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return session

    def forget(self, secret: str) -> None:
        """Read a session again next time."""
        self._kept.pop(secret, None)
