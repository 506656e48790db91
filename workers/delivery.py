"""Doorbells for issues and events."""

from service.delivery.events import apply_post
from service.delivery.lookup import look_up as look_up_in
from service.delivery.recall import call_back as call_back_from
from service.delivery.start import start as start_issue
from workers import app as worker
from workers.app import app, services, settings


@app.task(name="delivery.start")
def start(issue_id: int) -> None:
    """Start an issue whose time has come."""
    house = services()
    with house.database.unit() as uow:
        slots, size = settings.worker_threads, house.mailer.largest
        start_issue(
            uow, issue_id, house.head, batch_size=size, slots=slots, timing=house.timing, now=house.clock()
        )  # fmt: skip


@app.task(name="delivery.drain")
def drain(issue_id: int) -> None:
    """Hand over what is ready of an issue."""
    worker.drain().run(issue_id)


@app.task(name="delivery.call_back")
def call_back(_issue_id: int) -> None:
    """Call back from the provider whatever should not leave."""
    house = services()
    if house.schedule is not None:
        call_back_from(house.database, house.schedule, worker.presence(), clock=house.clock)


@app.task(name="delivery.look_up")
def look_up(_issue_id: int) -> None:
    """Look in the provider's log for what nobody else can tell."""
    house = services()
    if house.log is not None:
        look_up_in(house.database, house.log, house.tokens, clock=house.clock)


@app.task(name="delivery.apply_events")
def apply_events(post_id: int) -> None:
    """Apply one post of the provider's webhook."""
    house = services()
    with house.database.unit() as uow:
        apply_post(uow, post_id, house.tokens, now=house.clock())
