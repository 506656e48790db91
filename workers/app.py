"""The worker: Celery, the services, and the proof that this process lives."""

import threading
from functools import cache
from typing import Any

from celery.signals import setup_logging, worker_init, worker_ready, worker_shutdown, worker_shutting_down

from service.bootstrap import Services, bootstrap, journal_home, tell_drawbacks
from service.delivery.ahead import Stock
from service.delivery.drain import Drain
from service.delivery.pacing import make_pace
from service.delivery.presence import Presence, be_present
from service.logs import configure
from service.settings import Settings
from workers.memory import settle_down
from workers.settings import make_celery
from workers.timer_step import allow_timer

settings = Settings.load()
app = make_celery(settings.broker)
allow_timer(app)
app.conf.imports = ("workers.mail", "workers.delivery", "workers.preflight", "workers.timer", "workers.stories")

_stopping = threading.Event()


@cache
def services() -> Services:
    """The services of this process."""
    return bootstrap(settings)


@cache
def presence() -> Presence:
    """The proof that this process lives."""
    return be_present(services().database, settings.var / "workers", journal_home(settings))


@cache
def drain() -> Drain:
    """What hands batches over in this process."""
    house = services()
    return Drain(
        database=house.database,
        mailer=house.mailer,
        head=house.head,
        presence=presence(),
        pace=make_pace(settings.redis, settings.send_rate),
        clock=house.clock,
        stopping=_stopping.is_set,
        connections=settings.send_connections,
        timing=house.timing,
        stock=Stock(house.schedule),
    )


@setup_logging.connect
def configure_logs(**_: Any) -> None:
    """Our own lines instead of Celery's."""
    configure(settings.log_level)


@worker_init.connect
def move_in(**_: Any) -> None:
    """Build everything once, before any thread asks for it, and say what the provider's key is not good for."""
    drain()
    tell_drawbacks(settings)


@worker_ready.connect
def work(**_: Any) -> None:
    """Everything is loaded."""
    settle_down()


@worker_shutting_down.connect
def stop_soon(**_: Any) -> None:
    """Finish the batch in hand and take no other."""
    _stopping.set()


@worker_shutdown.connect
def leave(**_: Any) -> None:
    """Give up the proof of life, as the last thing."""
    presence().leave()
    services().close()
