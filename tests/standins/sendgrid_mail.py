"""One mail/send body as the rules read it: its personalizations and recipients, each with the field to report."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.standins.sendgrid_answers import Json


@dataclass(frozen=True)
class Mail:
    """One body of the right shape, beside what the account knows: `now` (unix time), its batch ids and ip pools."""

    body: Json
    now: float
    batches: Container[str] = frozenset()
    ip_pools: Container[str] = frozenset()

    @cached_property
    def personalizations(self) -> list[tuple[str, Json]]:
        """Each personalization with its field, as `personalizations.3`."""
        listed = self.body.get("personalizations") or []
        return [(f"personalizations.{position}", item) for position, item in enumerate(listed)]

    @cached_property
    def recipients(self) -> list[tuple[str, str, Json]]:
        """Each recipient with its field, as `personalizations.3.to.0`, and its kind: to, cc or bcc."""
        return [
            (f"{where}.{kind}.{position}", kind, entry)
            for where, personalization in self.personalizations
            for kind in ("to", "cc", "bcc")
            for position, entry in enumerate(personalization.get(kind, ()))
        ]

    def everywhere(self, key: str) -> Iterator[tuple[str, Any]]:
        """The values of `key` at message level and in every personalization, each with its field."""
        if key in self.body:
            yield key, self.body[key]
        for where, personalization in self.personalizations:
            if key in personalization:
                yield f"{where}.{key}", personalization[key]
