"""What verbs that understand words have in common: which options of ``say`` they take, and who reads."""

from __future__ import annotations

from tonewright.requests import Say
from tonewright.requests.face import Face

#: Who reads.
READERS = ("model", "adapter", "endpoint", "endpoint_model")
#: For whom, and when.
MOMENT = ("mood", "place", "company", "programme", "taste")
SAY = Face(Say)
CHAT = Face(Say, only=("recording", "amount", "seed", *MOMENT, *READERS, "ceiling_db"), fixed={"prompt": ""})
TRAIN = Face(Say, only=("prompt", "recording", "seed", *READERS))
