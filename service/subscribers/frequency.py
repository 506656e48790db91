"""How often a form may make us write to one mailbox. Counted in the database, so that losing Redis opens no flood."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.subscribers.address import limit_key
from service.subscribers.model import SignUp, SignUpMail, Subscription
from service.tokens import Purpose, Tokens


@dataclass(frozen=True, slots=True)
class AtMost:
    """So many mails in so long a time."""

    mails: int
    within: timedelta


FROM_A_FORM: dict[SignUpMail, tuple[AtMost, ...]] = {
    SignUpMail.CONFIRM: (AtMost(1, timedelta(hours=24)), AtMost(3, timedelta(days=30))),
    SignUpMail.ALREADY: (AtMost(1, timedelta(days=30)),),
}
"""For anybody who types an address into a form."""

FROM_A_MAIL = (AtMost(1, timedelta(minutes=10)), AtMost(5, timedelta(hours=24)))
"""For whoever holds a link that we mailed to the address."""


def owe_within(
    uow: UnitOfWork,
    tokens: Tokens,
    subscription: Subscription,
    mail: SignUpMail,
    limits: tuple[AtMost, ...],
    *,
    now: datetime,
    hold: timedelta = timedelta(),
) -> SignUpMail:
    """Owe `mail`, to be sent after `hold`, if `limits` allow one more; gives what is owed now."""
    if not allows(limits, _mailed(uow.session, tokens, subscription, mail), now=now):
        return SignUpMail.NONE
    leave_notice(uow, mail, subscription.id, now=now).due_at = now + hold
    return mail


def record_sign_up(
    session: Session, tokens: Tokens, email: str, newsletter_id: int, mail: SignUpMail, *, now: datetime
) -> None:
    """Remember that a form was sent for this mailbox and what it made us mail."""
    mailbox = tokens.keyed_hash(Purpose.LIMIT, limit_key(email))
    session.add(SignUp(mailbox_hash=mailbox, newsletter_id=newsletter_id, mail=mail, created_at=now))


def allows(limits: tuple[AtMost, ...], mailed: Collection[datetime], *, now: datetime) -> bool:
    """Whether one more mail keeps within all limits, when so many went out at these moments."""
    return all(sum(now - moment < limit.within for moment in mailed) < limit.mails for limit in limits)


def _mailed(session: Session, tokens: Tokens, subscription: Subscription, mail: SignUpMail) -> list[datetime]:
    """When `mail` was owed to this mailbox. Not what came before its reader's last word: that was wanted."""
    mailboxes = tokens.keyed_hashes(Purpose.LIMIT, limit_key(subscription.subscriber.email))
    query = select(SignUp.created_at).where(
        SignUp.mailbox_hash.in_(mailboxes), SignUp.newsletter_id == subscription.newsletter_id, SignUp.mail == mail
    )
    since = subscription.last_word
    return list(session.scalars(query if since is None else query.where(SignUp.created_at >= since)))
