"""Subscribers at the desk: how many, one of them by exact address, and unsubscribing on somebody's behalf.

Addresses are masked. Showing one is a POST, because it leaves an entry on the trail, and a GET changes nothing.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from service.editors.model import Role
from service.editors.trail import note
from service.subscribers.actions import unsubscribe
from service.subscribers.address import email_key, masked
from service.subscribers.consents import ABOUT_HEALTH
from service.subscribers.model import Subscriber, Subscription, SubscriptionConsent, UnsubscribeRoute
from service.subscribers.newsletters import newsletter_name
from service.web.access import desk
from service.web.desk.overview import audiences
from service.web.forms import one_line
from service.web.frame import editor, now, render, services

PAGE = 50
"""Subscribers on a page of the list."""

NOBODY = "There is no subscriber with exactly this address."

blueprint = Blueprint("desk_subscribers", __name__, url_prefix="/desk/subscribers")


@blueprint.get("")
@desk(Role.EDITOR)
def subscribers() -> Response:
    """The counts, the search, and the newest subscribers (or those before the id `before`) with masked addresses."""
    with services().database.read() as session:
        return _listing(session)


@blueprint.post("")
@desk(Role.EDITOR)
def find() -> ResponseReturnValue:
    """Look for an exact address. It comes in a POST, so that it stands in no log and no history."""
    address = one_line(request.form.get("address", ""), most=254)
    with services().database.unit() as uow:
        found = uow.session.scalar(select(Subscriber.id).where(Subscriber.email_key == email_key(address)))
        if found is None:
            return _listing(uow.session, 422, address=address, errors={"address": NOBODY})
        note(uow, editor(), "found_by_address", f"subscriber:{found}", now=now())
    return redirect(url_for(".subscriber", subscriber_id=found), 303)


@blueprint.get("/<int:subscriber_id>")
@desk(Role.EDITOR)
def subscriber(subscriber_id: int) -> Response:
    """What somebody receives and what they agreed to; the address stays masked."""
    with services().database.read() as session:
        found = _found(session, subscriber_id)
        return _page(session, found, address=masked(found.email), shown=False)


@blueprint.post("/<int:subscriber_id>")
@desk(Role.EDITOR)
def show_address(subscriber_id: int) -> Response:
    """The same with name and address, and an entry on the trail that says who looked."""
    with services().database.unit() as uow:
        found = _found(uow.session, subscriber_id)
        note(uow, editor(), "looked_at_address", f"subscriber:{subscriber_id}", now=now())
        return _page(uow.session, found, address=found.email, shown=True)


@blueprint.post("/<int:subscriber_id>/unsubscribe/<int:subscription_id>")
@desk(Role.EDITOR)
def take_off(subscriber_id: int, subscription_id: int) -> ResponseReturnValue:
    """Unsubscribe them because they asked us to."""
    with services().database.unit() as uow:
        subscription = uow.session.get(Subscription, subscription_id)
        if subscription is None or subscription.subscriber_id != subscriber_id:
            abort(404)
        unsubscribe(uow, subscription_id, UnsubscribeRoute.STAFF, now=now())
        note(uow, editor(), "unsubscribed", f"subscriber:{subscriber_id}", now=now())
    flash("Unsubscribed. They get no further issue.")
    return redirect(url_for(".subscriber", subscriber_id=subscriber_id), 303)


def _listing(
    session: Session, status: int = 200, *, address: str = "", errors: dict[str, str] | None = None
) -> Response:
    rows = _newest(session, request.args.get("before", type=int))
    return render(
        "desk/subscribers.html",
        status,
        audiences=audiences(session, now()),
        rows=[(row, masked(row.email)) for row in rows],
        older=rows[-1].id if len(rows) == PAGE else None,
        address=address,
        errors=errors or {},
    )


def _newest(session: Session, before: int | None) -> Sequence[Subscriber]:
    query = (
        select(Subscriber).options(selectinload(Subscriber.subscriptions)).order_by(Subscriber.id.desc()).limit(PAGE)
    )
    return session.scalars(query if before is None else query.where(Subscriber.id < before)).all()


def _page(session: Session, found: Subscriber, *, address: str, shown: bool) -> Response:
    return render(
        "desk/subscriber.html",
        subscriber=found,
        address=address,
        shown=shown,
        places=[
            (subscription, newsletter_name(session, subscription.newsletter_id), _consents(session, subscription))
            for subscription in found.subscriptions
        ],
    )


def _consents(session: Session, subscription: Subscription) -> Sequence[SubscriptionConsent]:
    query = select(SubscriptionConsent).where(
        SubscriptionConsent.subscription_id == subscription.id, SubscriptionConsent.basis != ABOUT_HEALTH
    )
    return session.scalars(query.order_by(SubscriptionConsent.id)).all()


def _found(session: Session, subscriber_id: int) -> Subscriber:
    return session.get(Subscriber, subscriber_id) or abort(404)
