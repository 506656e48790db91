"""Provider batch ids, made before they are needed: no network is asked inside a transaction."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from service.mail.schedule import ProviderAway, Schedule

log = structlog.get_logger()


class Stock:
    """The ids that this process has made and not used. Safe to share between threads.

    Without a schedule, or while the provider gives no ids, it is empty, and nothing is handed over ahead of its time.
    """

    def __init__(self, schedule: Schedule | None) -> None:
        self._schedule = schedule
        self._ids: deque[str] = deque()

    def __len__(self) -> int:
        return len(self._ids)

    def fill(self, wanted: int) -> int:
        """Have up to `wanted` ids ready; gives how many there are."""
        try:
            while self._schedule is not None and len(self._ids) < wanted:
                self._ids.append(self._schedule.new_batch())
        except ProviderAway as away:
            log.warning("ahead.no_batch_id", why=str(away))
        return len(self._ids)

    @contextmanager
    def some(self, most: int) -> Iterator[list[str]]:
        """Up to `most` of them for one transaction, and for nobody else; what is left in the list afterwards is back.

        Without this, two issues that leave at a time would count on the same id, and what gets none leaves at once.
        """
        ids = list(self._taken(most))
        try:
            yield ids
        finally:
            self._ids.extend(ids)

    def _taken(self, most: int) -> Iterator[str]:
        for _ in range(most):
            try:
                yield self._ids.pop()
            except IndexError:
                return
