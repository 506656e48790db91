"""What pages ask about subscribers. Everything is given as plain values that outlive the session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service.subscribers.actions import may_come_back
from service.subscribers.address import masked
from service.subscribers.errors import NothingHeld
from service.subscribers.model import Cadence, Subscriber, Subscription, SubscriptionStatus
from service.subscribers.newsletters import NewsletterName, newsletter_name, open_newsletters
from service.subscribers.questions import question_behind
from service.subscribers.reading import Reading, reading_of
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
    """A reader's choices as their page shows them. `cadences` has the ids of those of `newsletters` that come to them.

    A break has a last day, on the reader's own calendar, or lasts until they say.
    """

    masked_email: str
    name: str
    zone: str
    reading: Reading
    paused: bool
    paused_until: date | None
    newsletters: tuple[NewsletterName, ...]
    cadences: Mapping[int, Cadence]

    @property
    def languages(self) -> list[str]:
        """What they may ask for: languages that can come in their newsletters, beside the only one of all of them."""
        mine = [one for one in self.newsletters if one.id in self.cadences]
        more = dict.fromkeys(lang for one in mine for lang in one.more_languages)
        return [lang for lang in more if any(lang != one.lang for one in mine)]


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
        reading=reading_of(session, reader),
        paused=reader.is_paused(now),
        paused_until=_local_day(reader) if reader.is_paused(now) else None,
        newsletters=tuple(open_newsletters(session)),
        cadences={
            one.newsletter_id: one.cadence for one in reader.subscriptions if one.status is SubscriptionStatus.CONFIRMED
        },
    )


def _local_day(reader: Subscriber) -> date | None:
    if reader.paused_until is None or reader.rests_until_told:
        return None
    return reader.paused_until.astimezone(ZoneInfo(reader.zone)).date()
