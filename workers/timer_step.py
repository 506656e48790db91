"""The timer inside a worker (`celery worker --with-timer`), for a machine without memory for one process more."""

from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService, Scheduler
from click import Option

from workers.timetable import make_timer


class TimerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs Celery beat in a thread of the worker's process, from its start to its end."""

    def __init__(self, worker: Any, with_timer: bool = False, **options: Any) -> None:
        super().__init__(worker, **options)
        self.enabled = with_timer
        self.service: Any = None

    def start(self, worker: Any) -> None:
        """Start ringing."""
        timer = make_timer(worker.app.conf.broker_url)
        self.service = EmbeddedService(timer, thread=True, scheduler_cls=Scheduler)
        self.service.start()

    def stop(self, _worker: Any) -> None:
        """Stop ringing."""
        if self.service is not None:
            self.service.stop()


def allow_timer(celery: Celery) -> None:
    """Teach the worker command the option `--with-timer`."""
    celery.user_options["worker"].add(Option(["--with-timer"], is_flag=True, help="Run the timer in this worker too."))
    celery.steps["worker"].add(TimerStep)
