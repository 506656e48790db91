"""The question "is this you?" that a confirmation mail asks: found by its token, closed by any answer."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.subscribers.model import Confirmation, Subscription
from service.tokens import BadToken, Tokens

QUESTION_LASTS = timedelta(days=7)


def ask(session: Session, tokens: Tokens, subscription: Subscription, *, now: datetime) -> str:
    """A new question about a subscription; gives the token for its link and keeps only the hash."""
    token, token_hash = tokens.fresh()
    session.add(
        Confirmation(
            subscription_id=subscription.id, token_hash=token_hash, created_at=now, expires_at=now + QUESTION_LASTS
        )
    )
    return token


def question_behind(session: Session, tokens: Tokens, token: str) -> Confirmation:
    """The question of a link, open or not. Raises BadToken."""
    question = session.scalar(select(Confirmation).where(Confirmation.token_hash == tokens.fresh_hash(token)))
    if question is None:
        raise BadToken
    return question


def close_questions(session: Session, subscription: Subscription, *, now: datetime) -> None:
    """No confirmation mail that still lies in the mailbox may undo what its reader has just said."""
    session.execute(
        update(Confirmation)
        .where(Confirmation.subscription_id == subscription.id, Confirmation.used_at.is_(None))
        .values(used_at=now)
    )
