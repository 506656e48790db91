"""Suppression between any two steps is respected by every batch claimed afterwards, and outlives the reader."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.ledger import claim, intend
from service.delivery.presence import Presence
from service.delivery.settle import finish_issues, settle
from service.delivery.start import start
from service.issues.model import Issue, IssueState
from service.mail.message import Mailer, TryLater
from service.subscribers.actions import suppress
from service.subscribers.model import Subscriber, SuppressionReason
from service.subscribers.suppression import is_suppressed
from service.tokens import Tokens
from tests.conftest import TEST_SECRET, Clock, Moody, Postbox
from tests.delivery.conftest import BATCH_SIZE

LAST = "reader6@example.test"
"""Of the last batch."""


def never_again(services: Services, email: str = LAST) -> None:
    """A complaint arrives."""
    with services.database.unit() as uow:
        suppress(uow, email, SuppressionReason.COMPLAINT, tokens=services.tokens, now=services.clock())


def reached(postbox: Postbox) -> set[str]:
    """Everyone who was handed over."""
    return {person.to.email for mailing in postbox.mailings for person in mailing.recipients}


def begin(services: Services, issue_id: int) -> None:
    """Start it."""
    with services.database.unit() as uow:
        start(uow, issue_id, services.head, batch_size=BATCH_SIZE, slots=1, now=services.clock())


@pytest.mark.parametrize("moment", ["before the start", "after the start"])
def test_before_anything_leaves(
    services: Services, readers: list[int], issue_id: int, drain_with: Callable[[Mailer], Drain], postbox: Postbox,
    moment: str, presence: Presence,
) -> None:  # fmt: skip
    """Nobody is missed for it: the issue is sent all the same."""
    if moment == "before the start":
        never_again(services)
    begin(services, issue_id)
    if moment == "after the start":
        never_again(services)
    drain_with(postbox).run(issue_id)
    with services.database.unit() as uow:
        settle(uow, presence, now=services.clock())
        finish_issues(uow, services.head, now=services.clock())

    assert LAST not in reached(postbox)
    assert len(reached(postbox)) == 6
    with services.database.read() as session:
        assert session.get_one(Issue, issue_id).state is IssueState.SENT


def test_between_claim_and_intent(services: Services, started: int) -> None:
    """The intent asks again."""
    with services.database.unit() as uow:
        holds = claim(uow.session, started, "worker", most=3, now=services.clock())
    never_again(services)
    with services.database.unit() as uow:
        found = intend(uow.session, holds, "worker", now=services.clock())

    assert LAST not in {person[2] for people in found for person in people}


def test_between_a_refusal_and_the_next_try(
    services: Services, started: int, drain_with: Callable[[Mailer], Drain], clock: Clock
) -> None:
    """429 for everybody, then a complaint, then the second try."""
    transport = Moody(*[TryLater("busy", after=1) for _ in range(3)])
    drain_with(transport).run(started)
    never_again(services)
    clock.move(minutes=1)
    drain_with(transport).run(started)

    assert LAST not in reached(transport)
    assert len(reached(transport)) == 6


def test_it_outlives_the_reader_and_the_key(services: Services, readers: list[int], clock: Clock) -> None:
    """Erased, and known under a key that was replaced since."""
    never_again(services)
    with services.database.unit() as uow:
        uow.session.delete(uow.session.scalars(select(Subscriber).where(Subscriber.email == LAST)).one())
    renewed = Tokens((b"a-new-key-that-signs-from-now-on-0123456789", TEST_SECRET.encode()))

    with services.database.read() as session:
        assert is_suppressed(session, renewed, LAST.upper(), clock())
        assert not is_suppressed(session, Tokens((b"a-key-that-never-was-here-0123456789abcdef",)), LAST, clock())
