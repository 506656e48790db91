"""Every mail this subject sends, in its reader's language."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.languages import spoken
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing
from service.mail.notices import Composer
from service.mail.phrase import Phrase
from service.subscribers.model import Subscription, SubscriptionStatus
from service.subscribers.newsletters import newsletter_name
from service.subscribers.phrases.quiet import quiet_name, quiet_sender
from service.subscribers.phrases.table import phrases_in
from service.subscribers.questions import ask
from service.subscribers.reading import reading_of
from service.subscribers.suppression import is_suppressed


def confirm_subscription(uow: UnitOfWork, head: Letterhead, subscription_id: int, now: datetime) -> Mailing | None:
    """Ask "is this you?" with a fresh link, and without a word that a stranger typed: this mail goes to strangers."""
    subscription = _reachable(uow, head, subscription_id, now)
    if subscription is None or subscription.status is SubscriptionStatus.CONFIRMED:
        return None
    token = ask(uow.session, head.tokens, subscription, now=now)
    return _letter(
        uow.session,
        head,
        subscription,
        "confirm_subscription",
        Address(subscription.subscriber.email),
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
    return _letter(
        uow.session,
        head,
        subscription,
        template,
        Address(reader.email, reader.name),
        headers={"List-Unsubscribe": f"<{unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
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


def _letter(
    session: Session,
    head: Letterhead,
    subscription: Subscription,
    template: str,
    to: Address,
    *,
    headers: Mapping[str, str] | None = None,
    **words: object,
) -> Mailing:
    """In the language that they asked for, else in theirs, else in the newsletter's; discreet if they asked for it."""
    paper = newsletter_name(session, subscription.newsletter_id)
    reading = reading_of(session, subscription.subscriber)
    lang = spoken(reading.lang, subscription.subscriber.locale, paper.lang)
    name = quiet_name(paper.discreet_name, paper.lang) if reading.discreet else paper.name
    letter = head.letter(
        template,
        to,
        lang=lang,
        headers=headers,
        say=phrases_in(lang),
        newsletter=Phrase.of("{name}", lang, lang, name=(name, paper.lang)),
        **words,
    )
    sender = quiet_sender(paper.discreet_sender, paper.lang, head.sender) if reading.discreet else head.sender
    return replace(letter, sender=sender)
