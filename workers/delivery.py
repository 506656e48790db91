"""Doorbells for issues and events."""

from service.delivery.events import apply_post
from service.delivery.start import start as start_issue
from workers import app as worker
from workers.app import app, services, settings


@app.task(name="delivery.start")
def start(issue_id: int) -> None:
    """Start an issue whose time has come."""
    house = services()
    with house.database.unit() as uow:
        slots, size = settings.worker_threads, house.mailer.largest
        start_issue(uow, issue_id, house.head, batch_size=size, slots=slots, now=house.clock())


@app.task(name="delivery.drain")
def drain(issue_id: int) -> None:
    """Hand over what is ready of an issue."""
    worker.drain().run(issue_id)


@app.task(name="delivery.apply_events")
def apply_events(post_id: int) -> None:
    """Apply one post of the provider's webhook."""
    house = services()
    with house.database.unit() as uow:
        apply_post(uow, post_id, house.tokens, now=house.clock())
