"""What pages ask about subscribers. Everything is given as plain values that outlive the session."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service.subscribers.actions import may_come_back
from service.subscribers.address import masked
from service.subscribers.errors import NothingHeld
from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus
from service.subscribers.newsletters import NewsletterName, newsletter_name, open_newsletters
from service.subscribers.questions import question_behind
from service.tokens import Tokens


class QuestionState(StrEnum):
    """What a confirmation link can still do."""

    OPEN = "open"
    SPENT = "spent"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Question:
    """A confirmation link as its page shows it."""

    state: QuestionState
    subscription_id: int
    newsletter: NewsletterName


def read_question(session: Session, tokens: Tokens, token: str, now: datetime) -> Question:
    """What is behind a confirmation link. Raises BadToken."""
    confirmation = question_behind(session, tokens, token)
    subscription = session.get_one(Subscription, confirmation.subscription_id)
    state = QuestionState.OPEN if confirmation.is_open(now) else QuestionState.SPENT
    if subscription.status is SubscriptionStatus.CONFIRMED:
        state = QuestionState.ANSWERED
    return Question(state, subscription.id, newsletter_name(session, subscription.newsletter_id))


@dataclass(frozen=True, slots=True)
class Place:
    """A subscription as its unsubscribe page shows it."""

    newsletter: str
    masked_email: str
    on_the_list: bool
    may_come_back: bool


def read_place(session: Session, subscription_id: int, now: datetime) -> Place | None:
    """A subscription; None when it has been erased."""
    subscription = session.get(Subscription, subscription_id)
    if subscription is None:
        return None
    return Place(
        newsletter=newsletter_name(session, subscription.newsletter_id).name,
        masked_email=masked(subscription.subscriber.email),
        on_the_list=subscription.status is not SubscriptionStatus.UNSUBSCRIBED,
        may_come_back=may_come_back(subscription, now),
    )


@dataclass(frozen=True, slots=True)
class Preferences:
    """A reader's choices as their page shows them. `chosen` are ids of `newsletters`; days are theirs."""

    masked_email: str
    name: str
    zone: str
    plain_text_only: bool
    paused_until: date | None
    newsletters: tuple[NewsletterName, ...]
    chosen: frozenset[int]


def read_preferences(session: Session, subscription_id: int, now: datetime) -> Preferences:
    """The choices of the reader behind a subscription. Raises NothingHeld."""
    subscription = session.get(Subscription, subscription_id)
    if subscription is None:
        raise NothingHeld
    reader = subscription.subscriber
    return Preferences(
        masked_email=masked(reader.email),
        name=reader.name,
        zone=reader.zone,
        plain_text_only=reader.plain_text_only,
        paused_until=_local_day(reader) if reader.is_paused(now) else None,
        newsletters=tuple(open_newsletters(session)),
        chosen=frozenset(
            one.newsletter_id for one in reader.subscriptions if one.status is SubscriptionStatus.CONFIRMED
        ),
    )


def _local_day(reader: Subscriber) -> date | None:
    return reader.paused_until.astimezone(ZoneInfo(reader.zone)).date() if reader.paused_until else None
