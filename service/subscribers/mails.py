"""Every mail this subject sends."""

from collections.abc import Mapping
from datetime import datetime

from service.db import UnitOfWork
from service.languages import LANGUAGES, primary
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing
from service.mail.notices import Composer
from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus
from service.subscribers.newsletters import newsletter_name
from service.subscribers.questions import ask
from service.subscribers.suppression import is_suppressed


def confirm_subscription(uow: UnitOfWork, head: Letterhead, subscription_id: int, now: datetime) -> Mailing | None:
    """Ask "is this you?" with a fresh link, and without a word that a stranger typed: this mail goes to strangers."""
    subscription = _reachable(uow, head, subscription_id, now)
    if subscription is None or subscription.status is SubscriptionStatus.CONFIRMED:
        return None
    token = ask(uow.session, head.tokens, subscription, now=now)
    return head.letter(
        "confirm_subscription",
        Address(subscription.subscriber.email),
        lang=_lang(subscription.subscriber),
        newsletter=newsletter_name(uow.session, subscription.newsletter_id).name,
        confirm_url=head.links.confirm(token),
        not_me_url=head.links.confirm(token) + "/not-me",
    )


def already_subscribed(uow: UnitOfWork, head: Letterhead, subscription_id: int, now: datetime) -> Mailing | None:
    """For somebody on the list whose address was typed into the form once more."""
    return _to_reader(uow, head, "already_subscribed", subscription_id, now)


def welcome(uow: UnitOfWork, head: Letterhead, subscription_id: int, now: datetime) -> Mailing | None:
    """What happens next, and both ways out."""
    return _to_reader(uow, head, "welcome", subscription_id, now)


COMPOSERS: Mapping[str, Composer] = {
    "confirm_subscription": confirm_subscription,
    "already_subscribed": already_subscribed,
    "welcome": welcome,
}


def _to_reader(uow: UnitOfWork, head: Letterhead, template: str, subscription_id: int, now: datetime) -> Mailing | None:
    """A letter to somebody who is on the list, with the one-click way off it (RFC 2369, RFC 8058)."""
    subscription = _reachable(uow, head, subscription_id, now)
    if subscription is None or subscription.status is not SubscriptionStatus.CONFIRMED:
        return None
    reader = subscription.subscriber
    unsubscribe_url = head.links.unsubscribe(subscription.id)
    return head.letter(
        template,
        Address(reader.email, reader.name),
        lang=_lang(reader),
        headers={"List-Unsubscribe": f"<{unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        newsletter=newsletter_name(uow.session, subscription.newsletter_id).name,
        name=reader.name,
        unsubscribe_url=unsubscribe_url,
        preferences_url=head.links.preferences(subscription.id),
    )


def _reachable(uow: UnitOfWork, head: Letterhead, subscription_id: int, now: datetime) -> Subscription | None:
    """The subscription, unless it was erased or its address must not be written to."""
    subscription = uow.session.get(Subscription, subscription_id)
    if subscription is None or is_suppressed(uow.session, head.tokens, subscription.subscriber.email, now):
        return None
    return subscription


def _lang(reader: Subscriber) -> str:
    """The reader's language if we write in it, and the house's own otherwise."""
    return reader.locale if primary(reader.locale) in LANGUAGES else LANGUAGES[0]
