"""Confirmation: the answers to "is this you?". Only whoever reads the mailbox has the link."""

from datetime import datetime, timedelta

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.subscribers.actions import refuse_suppressed, suppress
from service.subscribers.erasure import forget
from service.subscribers.errors import ConfirmationSpent
from service.subscribers.frequency import FROM_A_MAIL, owe_within, record_sign_up
from service.subscribers.locking import locked_subscription
from service.subscribers.model import Confirmation, SignUpMail, Subscription, SubscriptionStatus, SuppressionReason
from service.subscribers.questions import close_questions, question_behind
from service.tokens import BadToken, Tokens

NOT_ME_LASTS = timedelta(days=365)


def confirm(uow: UnitOfWork, tokens: Tokens, token: str, *, now: datetime) -> None:
    """Put the subscription behind a confirmation link on the list; doing it twice does it once.

    Raises BadToken, ConfirmationSpent (used, or older than seven days) or AddressSuppressed.
    """
    question, subscription = _asked(uow, tokens, token)
    if subscription.status is SubscriptionStatus.CONFIRMED:
        return
    if not question.is_open(now):
        raise ConfirmationSpent
    refuse_suppressed(uow, tokens, subscription, now)
    close_questions(uow.session, subscription, now=now)
    subscription.start(now)
    leave_notice(uow, "welcome", subscription.id, now=now)


def send_confirmation_again(uow: UnitOfWork, tokens: Tokens, token: str, *, now: datetime) -> None:
    """Owe a fresh confirmation mail to whoever holds an old link. Raises BadToken or AddressSuppressed."""
    _, subscription = _asked(uow, tokens, token)
    if subscription.status is SubscriptionStatus.CONFIRMED:
        return
    refuse_suppressed(uow, tokens, subscription, now)
    mail = owe_within(uow, tokens, subscription, SignUpMail.CONFIRM, FROM_A_MAIL, now=now)
    email, newsletter_id = subscription.subscriber.email, subscription.newsletter_id
    record_sign_up(uow.session, tokens, email, newsletter_id, mail, now=now)


def not_me(uow: UnitOfWork, tokens: Tokens, token: str, *, now: datetime) -> None:
    """Somebody else typed this address: write nothing to it for a year, and forget it if it was never confirmed.

    Raises BadToken.
    """
    _, subscription = _asked(uow, tokens, token)
    reader = subscription.subscriber
    suppress(uow, reader.email, SuppressionReason.NOT_ME, tokens=tokens, now=now, until=now + NOT_ME_LASTS)
    if all(one.confirmed_at is None for one in reader.subscriptions):
        forget(uow, reader)


def _asked(uow: UnitOfWork, tokens: Tokens, token: str) -> tuple[Confirmation, Subscription]:
    """The question behind a link and its subscription, as they are now. Raises BadToken."""
    question = question_behind(uow.session, tokens, token)
    subscription = locked_subscription(uow.session, question.subscription_id)
    if subscription is None:
        raise BadToken
    uow.session.refresh(question)
    return question, subscription
