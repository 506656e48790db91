"""Newsletters and readers for the tests, and a look at what is owed to them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import Database, UnitOfWork
from service.issues.model import Newsletter
from service.mail.model import Notice
from service.subscribers.address import email_key
from service.subscribers.model import Subscriber, Subscription, UnsubscribeRoute
from service.subscribers.questions import ask
from service.subscribers.signing_up import SignUpForm, sign_up
from service.subscribers.wording import SIGN_UP
from service.tokens import Tokens
from tests.cast import ADA, BEN, CLEO, NOW

MONTHLY = 1
"""The id of the newsletter that every test has."""

TOKENS = Tokens((b"a-secret-that-only-the-tests-know-0123456789",))


def a_newsletter(
    session: Session, slug: str = "monthly", name: str = "Storywell monthly", *, active: bool = True
) -> int:
    """A newsletter; gives its id."""
    newsletter = Newsletter(
        slug=slug, name=name, rrule="FREQ=MONTHLY", wall_time="09:00", zone="Europe/London", active=active,
        created_at=NOW,
    )  # fmt: skip
    session.add(newsletter)
    session.flush()
    return newsletter.id


def a_subscription(session: Session, email: str, newsletter_id: int = MONTHLY, name: str = "") -> Subscription:
    """Somebody who is pending."""
    reader = Subscriber(email=email, email_key=email_key(email), name=name, created_at=NOW)
    subscription = Subscription(newsletter_id=newsletter_id, subscriber=reader, created_at=NOW)
    session.add(subscription)
    session.flush()
    return subscription


def ada(database: Database) -> int:
    """Ada, confirmed; gives the id of her subscription."""
    with database.unit() as uow:
        subscription = a_subscription(uow.session, ADA, name="Ada")
        subscription.start(NOW)
    return subscription.id


def ben(database: Database) -> int:
    """Ben, pending; gives the id of his subscription."""
    with database.unit() as uow:
        return a_subscription(uow.session, BEN).id


def cleo(database: Database) -> int:
    """Cleo, who was confirmed and left; gives the id of her subscription."""
    with database.unit() as uow:
        subscription = a_subscription(uow.session, CLEO, name="Cleo")
        subscription.start(NOW)
        subscription.end(UnsubscribeRoute.PAGE, NOW)
    return subscription.id


def a_question(uow: UnitOfWork, subscription_id: int, now: datetime = NOW, tokens: Tokens = TOKENS) -> str:
    """The token of a confirmation mail about a subscription."""
    return ask(uow.session, tokens, uow.session.get_one(Subscription, subscription_id), now=now)


def a_form(email: str, name: str = "", newsletter_id: int = MONTHLY) -> SignUpForm:
    """A sign-up form as a visitor sends it from the footer."""
    return SignUpForm(
        email=email, name=name, newsletter_id=newsletter_id, locale="en-GB", wording=SIGN_UP[-1], source="footer /"
    )


def press(database: Database, email: str, now: datetime = NOW, **form: object) -> None:
    """Somebody types an address into the form and presses the button."""
    with database.unit() as uow:
        sign_up(uow, TOKENS, a_form(email, **form), now=now)  # type: ignore[arg-type]


def owed(database: Database) -> list[tuple[str, int]]:
    """The mails that are owed: template and subscription."""
    with database.read() as session:
        return [(notice.template, notice.subject_id) for notice in session.scalars(select(Notice).order_by(Notice.id))]


def subscription(database: Database, subscription_id: int) -> Subscription:
    """A subscription as it stands in the database."""
    with database.read() as session:
        found = session.get_one(Subscription, subscription_id)
        found.subscriber.email  # noqa: B018 - loads the reader before the session ends
        session.expunge_all()
    return found
