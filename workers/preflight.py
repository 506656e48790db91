"""Doorbells of preflight: what has to be asked of the internet, and words that changed after their approval."""

from functools import partial

from service.issues.approvals import send_back_changed
from service.issues.preflight.links import issues_to_try
from service.issues.preflight.links import try_links as try_links_of
from service.issues.preflight.sender import check_senders
from service.issues.preflight.visiting import visit
from service.mail.dns import make_lookup
from service.outside import Outside
from service.settings import Transport
from workers.app import app, services, settings


@app.task(name="preflight.try_links")
def try_links(issue_id: int) -> None:
    """Try the links of an issue that were not tried lately."""
    house = services()
    try_links_of(house.database, issue_id, house.head, partial(visit, Outside()), clock=house.clock)


@app.task(name="timer.preflight")
def preflight() -> None:
    """Take issues back whose words have changed, and try the links of those that leave soon."""
    house = services()
    with house.database.unit() as uow:
        send_back_changed(uow, house.clock())
        for issue_id in issues_to_try(uow.session, house.clock()):
            uow.enqueue("preflight.try_links", issue_id)


@app.task(name="timer.senders")
def senders() -> None:
    """Ask the DNS about the domains that real mail is sent as."""
    house = services()
    if settings.mail_transport is not Transport.OUTBOX:
        selectors = settings.mail_dkim_selectors.replace(",", " ").split()
        check_senders(house.database, house.head.sender.email, make_lookup(), selectors, clock=house.clock)
