"""Doorbells of the timer."""

from service.bootstrap import make_suppression_lists
from service.delivery.reconcile import reconcile as reconcile_with
from service.issues.compose import compose_due
from service.pulse import leave_pulse
from service.stories.drafts import drop_old_drafts
from service.subscribers.upkeep import upkeep as keep_up
from workers.app import app, presence, services, settings
from workers.sweep import sweep as sweep_once


@app.task(name="timer.sweep")
def sweep() -> None:
    """Look for everything that is due, ring for it again, and leave the mark that `storywell doctor` looks for."""
    sweep_once(services(), presence(), slots=settings.worker_threads)
    leave_pulse(settings.redis, services().clock().timestamp())


@app.task(name="timer.compose")
def compose() -> None:
    """Compose the drafts whose lead time has begun."""
    house = services()
    with house.database.unit() as uow:
        compose_due(uow, house.clock())


@app.task(name="timer.upkeep")
def upkeep() -> None:
    """End pauses that are over and forget what has been kept long enough."""
    house = services()
    with house.database.unit() as uow:
        keep_up(uow, now=house.clock())
        drop_old_drafts(uow, now=house.clock())


@app.task(name="timer.reconcile")
def reconcile() -> None:
    """Take over whom the provider does not write to any more."""
    lists = make_suppression_lists(settings)
    if lists is not None:
        reconcile_with(services().database, lists, services().tokens, clock=services().clock)
