"""How a note reaches Celery. `workers.doorbell` loads this with the first note of a process."""

from collections.abc import Callable

import structlog
from kombu.exceptions import OperationalError

from workers.settings import make_celery

log = structlog.get_logger()


def make_ringer(broker: str) -> Callable[[str, int], None]:
    """What sends `task` with the id `row` to the queue; a broker that is away costs a line in the log."""
    celery = make_celery(broker)

    def ring(task: str, row: int) -> None:
        try:
            celery.send_task(task, args=[row])
        except (OperationalError, OSError) as error:
            log.warning("doorbell.unheard", task=task, row=row, why=type(error).__name__)

    return ring
