"""The timer process: Celery beat with our timetable, and nothing else in memory."""

from typing import Any

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
