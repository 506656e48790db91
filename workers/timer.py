"""Doorbells of the timer."""

from contextlib import closing
from functools import partial

from service.bootstrap import make_bounce_mailbox, make_suppression_lists
from service.delivery.bounce_reading import visit_mailbox
from service.delivery.reconcile import reconcile as reconcile_with
from service.delivery.settling_figures import report_settled
from service.issues.compose import compose_due
from service.issues.landings import Landings, write_landings
from service.library.fetching import ask_for_feed, look_at_feeds
from service.outside import Outside
from service.pulse import leave_pulse
from service.retention import keep_house
from service.stories.drafts import warn_of_ending
from service.stories.passing import pass_time
from service.stories.photos import sweep_pictures
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


@app.task(name="timer.stories")
def stories() -> None:
    """Remind storytellers, publish what they let go, retire what they do not agree to any more."""
    house = services()
    with house.database.unit() as uow:
        pass_time(uow, now=house.clock())


@app.task(name="timer.pictures")
def pictures() -> None:
    """Delete the bytes of photos that no row names any more."""
    house = services()
    with house.database.read() as session:
        sweep_pictures(session, house.storage, house.clock())


@app.task(name="timer.upkeep")
def upkeep() -> None:
    """Warn of drafts that will go, and forget what has been kept long enough, row by row of the table in retention."""
    house = services()
    with house.database.unit() as uow:
        warn_of_ending(uow, now=house.clock())
        keep_house(uow, now=house.clock())


@app.task(name="timer.landings")
def landings() -> None:
    """Write down the visits that were counted in Redis."""
    house = services()
    with closing(Landings(settings.redis)) as noted, house.database.unit() as uow:
        write_landings(uow, noted)


@app.task(name="timer.reports")
def reports() -> None:
    """Settle the figures of the issues whose last mail left three days ago."""
    house = services()
    with house.database.unit() as uow:
        report_settled(uow, now=house.clock())


@app.task(name="timer.feeds")
def feeds() -> None:
    """Look at the feeds of others that are due."""
    look_at_feeds(services().database, partial(ask_for_feed, Outside()), clock=services().clock)


@app.task(name="timer.bounces")
def bounces() -> None:
    """Apply the reports that wait in BOUNCE_MAILBOX."""
    house = services()
    if settings.bounce_mailbox:
        visit_mailbox(house.database, partial(make_bounce_mailbox, settings), house.tokens, clock=house.clock)


@app.task(name="timer.reconcile")
def reconcile() -> None:
    """Take over whom the provider does not write to any more."""
    lists = make_suppression_lists(settings)
    if lists is not None:
        reconcile_with(services().database, lists, services().tokens, clock=services().clock)
