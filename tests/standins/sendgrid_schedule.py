"""Batch ids, pausing and cancelling, and what becomes of a message that waits for its `send_at`.

Facts (SENDGRID.md A1; the scheduled_sends spec): a batch id is made beforehand; cancel or pause works only up to ten
minutes before `send_at`; a cancelled message is kept and discarded at `send_at`; a paused one is kept, sent when
resumed, and discarded 72 hours after `send_at`; the second change of state is a PATCH.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

LATEST_CHANGE = 600
PAUSE_EXPIRES = 72 * 3600


class Fate(StrEnum):
    """What happened, or is going to happen, to one recipient's copy."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


GOING_OUT = frozenset({Fate.SCHEDULED, Fate.SENT, Fate.PAUSED})


@dataclass
class Batch:
    """One batch id: every change of state with its time, and when the last message under it is released."""

    changes: list[tuple[float, str | None]] = field(default_factory=list)
    last_release: float | None = None

    def status(self, at: float | None = None) -> str | None:
        """`cancel`, `pause` or None, as it stood at a moment; without one, as it stands."""
        known = [status for moment, status in self.changes if at is None or moment <= at]
        return known[-1] if known else None

    def too_late(self, now: float) -> bool:
        """Whether every message is within ten minutes of leaving, or gone."""
        return self.last_release is not None and self.last_release - now < LATEST_CHANGE

    def fate(self, release: float, now: float) -> Fate:
        """What becomes of a message of this batch that is due at `release`."""
        standing = self.status(min(now, release - LATEST_CHANGE))
        if standing == "cancel":
            return Fate.CANCELLED
        if standing == "pause" and not self._resumed(release):
            return self._fate_of_paused(release, now)
        return Fate.SENT if release <= now else Fate.SCHEDULED

    def _resumed(self, release: float) -> bool:
        """Whether the pause that stood near `release` was lifted, in time, without a cancel before it."""
        decided = [status for moment, status in self._after_pause(release) if moment <= release + PAUSE_EXPIRES]
        return bool(decided) and decided[0] is None

    def _fate_of_paused(self, release: float, now: float) -> Fate:
        if any(status == "cancel" for _, status in self._after_pause(release)):
            return Fate.CANCELLED
        return Fate.PAUSED if now <= release + PAUSE_EXPIRES else Fate.EXPIRED

    def _after_pause(self, release: float) -> list[tuple[float, str | None]]:
        return [change for change in self.changes if change[0] > release - LATEST_CHANGE and change[1] != "pause"]


class Batches:
    """Every batch id of the account."""

    def __init__(self) -> None:
        self._batches: dict[str, Batch] = {}
        self._lock = Lock()

    def __contains__(self, batch_id: object) -> bool:
        return batch_id in self._batches

    def create(self) -> str:
        batch_id = secrets.token_urlsafe(24)
        self._batches[batch_id] = Batch()
        return batch_id

    def get(self, batch_id: str) -> Batch | None:
        return self._batches.get(batch_id)

    def change(self, batch_id: str, status: str | None, now: float) -> None:
        """Cancel, pause, or (None) let it go again."""
        with self._lock:
            self._batches[batch_id].changes.append((now, status))

    def expect(self, batch_id: str | None, release: float) -> None:
        """A message under this batch id was accepted, to be released then."""
        if batch_id is None:
            return
        with self._lock:
            batch = self._batches[batch_id]
            batch.last_release = max(release, batch.last_release or release)

    def standing(self) -> list[dict[str, str]]:
        """Every batch that is paused or cancelled, as GET /v3/user/scheduled_sends lists them."""
        changed = [(batch_id, batch.status()) for batch_id, batch in self._batches.copy().items() if batch.changes]
        return [{"batch_id": batch_id, "status": status} for batch_id, status in changed if status]

    def fate(self, batch_id: str | None, release: float, now: float) -> Fate:
        batch = self._batches.get(batch_id) if batch_id else None
        return (batch or Batch()).fate(release, now)
