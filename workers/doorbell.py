"""The doorbell between the house and the queue: notes go to Celery from a thread of their own."""

import atexit
import pkgutil
import queue
import threading

import structlog

log = structlog.get_logger()
MOST_WAITING = 10_000
LONGEST_GOODBYE_SECONDS = 2.0
RINGER = "workers.ringing:make_ringer"
"""Found by name with the first note: a process that has nothing to ring does without Celery, which is 5 MB."""


class CeleryDoorbell:
    """Rings without waiting and without raising: a broker that is away costs the caller nothing."""

    def __init__(self, broker: str) -> None:
        self._broker = broker
        self._notes: queue.Queue[tuple[str, int] | None] = queue.Queue(MOST_WAITING)
        self._ringer: threading.Thread | None = None
        self._starting = threading.Lock()

    def ring(self, task: str, row: int) -> None:
        """Send `task` with the id `row` as soon as the ringer gets to it; dropped when too many are waiting."""
        self._start()
        try:
            self._notes.put_nowait((task, row))
        except queue.Full:
            log.warning("doorbell.full", task=task)

    def close(self) -> None:
        """Ring what is waiting, for two seconds at most."""
        if self._ringer is not None and self._ringer.is_alive():
            self._notes.put(None)
            self._ringer.join(LONGEST_GOODBYE_SECONDS)

    def _start(self) -> None:
        """The thread begins with the first note, so that it lives in the process that rings, not in its parent."""
        with self._starting:
            if self._ringer is None:
                self._ringer = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._ringer.start()
                atexit.register(self.close)

    def _run(self) -> None:
        ring = pkgutil.resolve_name(RINGER)(self._broker)
        while (note := self._notes.get()) is not None:
            ring(*note)
