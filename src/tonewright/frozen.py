"""Frozen: a validated model that does not change, and whose changed copies are validated too."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Refuses what it does not know, does not change, and holds no NaN or infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def changed(self, **values: Any) -> Self:
        """Return a copy with other values, validated as a whole; parts that stay are shared.

        Raises
        ------
        ValidationError
            If there is no such key, or the whole would not be valid.
        """
        return type(self)(**({name: getattr(self, name) for name in type(self).model_fields} | values))
