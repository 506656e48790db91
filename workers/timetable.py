"""The timer: rings a few bells again and again. Rows decide what is due, so a doubled or missed tick does no harm."""

from celery import Celery
from celery.schedules import crontab

from workers.settings import make_celery

SWEEP_SECONDS = 5.0
COMPOSE_SECONDS = 60.0
STORIES_SECONDS = 60.0
RECONCILE_AT = crontab(hour="3", minute="17")
"""UTC. A time of day and not a span: a timer that is restarted every day would never come to its end."""
RECONCILE_EXPIRES_SECONDS = 3600.0
UPKEEP_SECONDS = 300.0
PICTURES_SECONDS = 3600.0
PREFLIGHT_SECONDS = 30.0
SENDERS_SECONDS = 600.0
BOUNCES_SECONDS = 300.0
FEEDS_SECONDS = 120.0
LANDINGS_SECONDS = 60.0
REPORTS_SECONDS = 600.0

TIMETABLE = {
    "sweep": {"task": "timer.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS * 3}},
    "upkeep": {"task": "timer.upkeep", "schedule": UPKEEP_SECONDS, "options": {"expires": UPKEEP_SECONDS}},
    "pictures": {"task": "timer.pictures", "schedule": PICTURES_SECONDS, "options": {"expires": PICTURES_SECONDS}},
    "compose": {"task": "timer.compose", "schedule": COMPOSE_SECONDS, "options": {"expires": COMPOSE_SECONDS * 3}},
    "stories": {"task": "timer.stories", "schedule": STORIES_SECONDS, "options": {"expires": STORIES_SECONDS * 3}},
    "preflight": {
        "task": "timer.preflight",
        "schedule": PREFLIGHT_SECONDS,
        "options": {"expires": PREFLIGHT_SECONDS * 3},
    },
    "bounces": {"task": "timer.bounces", "schedule": BOUNCES_SECONDS, "options": {"expires": BOUNCES_SECONDS}},
    "feeds": {"task": "timer.feeds", "schedule": FEEDS_SECONDS, "options": {"expires": FEEDS_SECONDS}},
    "landings": {"task": "timer.landings", "schedule": LANDINGS_SECONDS, "options": {"expires": LANDINGS_SECONDS}},
    "reports": {"task": "timer.reports", "schedule": REPORTS_SECONDS, "options": {"expires": REPORTS_SECONDS}},
    "senders": {"task": "timer.senders", "schedule": SENDERS_SECONDS, "options": {"expires": SENDERS_SECONDS}},
    "reconcile": {
        "task": "timer.reconcile",
        "schedule": RECONCILE_AT,
        "options": {"expires": RECONCILE_EXPIRES_SECONDS},
    },
}


def make_timer(broker: str) -> Celery:
    """The application that `celery beat` runs; it needs no database and keeps nothing on disk that matters."""
    timer = make_celery(broker)
    timer.conf.update(beat_schedule=TIMETABLE, beat_max_loop_interval=5)
    return timer
