"""The timer process, `python -m workers.beat`: Celery beat with our timetable, and nothing else in memory."""

from typing import Any

from celery.beat import Scheduler
from celery.signals import setup_logging

from service.logs import configure
from service.settings import Settings
from workers.timetable import make_timer

settings = Settings.load()
app = make_timer(settings.broker)


@setup_logging.connect
def configure_logs(**_: Any) -> None:
    """Our own lines instead of Celery's."""
    configure(settings.log_level)


def main() -> None:
    """Ring until told to stop. What is due stands in the database, so the schedule lives in memory."""
    app.Beat(scheduler_cls=Scheduler, loglevel=settings.log_level, quiet=True).run()


if __name__ == "__main__":
    main()
