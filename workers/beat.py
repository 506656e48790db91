"""The timer process: Celery beat with our timetable, and nothing else in memory."""

from service.settings import Settings
from workers.timetable import make_timer

app = make_timer(Settings.load().broker)
