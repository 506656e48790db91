"""A worker that sends by SMTP dies in the middle of a group: its journal says what became of each message."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from service.bootstrap import Services
from service.delivery.journals import believe_journals, tidy_journals
from service.delivery.ledger import claim, intend
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus, delivery_number
from service.delivery.settle import JOURNAL_PATIENCE, settle
from service.delivery.start import start
from service.mail.message import TryLater
from service.mail.smtp_journal import Journals
from service.tokens import Purpose
from tests.cast import NOW
from workers.sweep import sweep

Statuses = dict[BatchStatus, list[int]]


class Gone:
    """A Presence to which every other worker is gone."""

    name = "sweeper"

    def proven(self) -> bool:
        """The sweep lives."""
        return True

    def is_gone(self, worker: str) -> bool:
        """Everybody else."""
        return worker != self.name

    def has_ended(self, worker: str) -> bool:
        """Everybody else."""
        return worker != self.name

    def leave(self) -> None:
        """Nothing to give up."""


class Cut(Gone):
    """A Presence to which every other worker is gone, but for its process, which is stopped and goes on some day."""

    def has_ended(self, worker: str) -> bool:
        """Nobody."""
        return False


@pytest.fixture
def journals(services: Services) -> Journals:
    """The journals of this machine."""
    return Journals(services.settings.journals)


@pytest.fixture
def posting(services: Services, journals: Journals, readers: list[int], issue_id: int) -> Callable[..., Batch]:
    """Begin to post a batch of all seven readers as a worker that writes these lines into its journal, and dies."""
    with services.database.unit() as uow:
        start(uow, issue_id, services.head, batch_size=7, slots=1, now=NOW)

    def post(*lines: tuple[str, int, str], worker: str = f"{journals.home}-dead") -> Batch:
        with services.database.unit() as uow:
            [hold] = claim(uow.session, issue_id, worker, now=NOW)
            intend(uow.session, [hold], worker, now=NOW)
        if lines:
            journal = journals.begin((hold.id, hold.attempt + 1, worker))
            for verdict, reader, words in lines:
                number = delivery_number(issue_id, readers[reader])
                journal.told(verdict, services.tokens.seal(Purpose.DELIVERY, number), words)
            journal.flush()
            journal.close()
        with services.database.read() as session:
            return session.get_one(Batch, hold.id)

    return post


def judged(services: Services, journals: Journals) -> Statuses:
    """After one pass of the sweep: who is in a batch of which status."""
    with services.database.unit() as uow:
        believe_journals(uow.session, Gone(), journals, services.tokens, now=NOW)
        settle(uow, Gone(), now=NOW)
        tidy_journals(uow.session, Gone(), journals)
    with services.database.read() as session:
        people = select(Batch.status, Delivery.subscriber_id).join(Delivery, Delivery.batch_id == Batch.id)
        found: Statuses = {status: [] for status in session.scalars(select(Batch.status))}
        for status, reader in session.execute(people.order_by(Delivery.subscriber_id)):
            found[status].append(reader)
    return found


def test_group_is_split_by_what_is_proven(
    services: Services, journals: Journals, readers: list[int], posting: Callable[..., Batch]
) -> None:
    """Taken, refused, put off, one on the wire, and those it never came to."""
    posting(
        ("accepted", 0, "250 taken"), ("rejected", 1, "550 no"), ("deferred", 2, "451 later"), ("accepted", 3, "250 t"),
        ("sent", 4, ""),
    )  # fmt: skip

    found = judged(services, journals)

    assert found == {
        BatchStatus.HANDED_OVER: [readers[0], readers[1], readers[3]],
        BatchStatus.UNKNOWN: [readers[4]],
        BatchStatus.READY: [],
    }
    with services.database.read() as session:
        refused = select(Delivery.subscriber_id, Delivery.reason).where(Delivery.status == DeliveryStatus.REJECTED)
        assert session.execute(refused).all() == [(readers[1], "550 no")]


def test_group_that_was_never_begun_is_ready_again(
    services: Services, journals: Journals, posting: Callable[..., Batch]
) -> None:
    """The worker died between the ledger and its journal."""
    batch = posting()

    assert judged(services, journals) == {BatchStatus.READY: []}
    with services.database.read() as session:
        assert session.get_one(Batch, batch.id).reason == "the worker died before it came to this one"


def test_everybody_who_was_left_gets_it_in_the_end(
    services: Services, journals: Journals, readers: list[int], issue_id: int, posting: Callable[..., Batch]
) -> None:
    """The next worker claims them, and nobody who has it."""
    posting(("accepted", 0, "250 taken"), ("accepted", 6, "250 taken"))
    judged(services, journals)

    later = NOW + timedelta(hours=1)
    with services.database.unit() as uow:
        holds = claim(uow.session, issue_id, "next", most=9, now=later)
        found = [person[0] for people in intend(uow.session, holds, "next", now=later) for person in people]

    assert found == readers[1:6]


@pytest.mark.parametrize("worker", ["0badcafe-dead", "dead"])
def test_worker_without_a_journal_here_proves_nothing(
    services: Services, journals: Journals, clock: Callable[[], object], posting: Callable[..., Batch], worker: str
) -> None:
    """One of another machine may be judged there for a while; one of another transport is unknown at once."""
    posting(worker=worker)

    soon = judged(services, journals)
    with services.database.unit() as uow:
        settle(uow, Gone(), now=NOW + JOURNAL_PATIENCE)

    assert set(soon) == {BatchStatus.POSTING if "-" in worker else BatchStatus.UNKNOWN}
    with services.database.read() as session:
        assert session.scalars(select(Batch.status)).all() == [BatchStatus.UNKNOWN]


def test_journal_that_is_read_too_late_counts_all_the_same(
    services: Services, journals: Journals, readers: list[int], posting: Callable[..., Batch]
) -> None:
    """A clock a day ahead had the sweep of another machine give the group up before this machine came to it."""
    posting(("accepted", 0, "250 t"), ("sent", 1, ""), *[("accepted", n, "250 t") for n in range(2, 7)])
    with services.database.unit() as uow:
        settle(uow, Gone(), now=NOW + timedelta(hours=26))
        tidy_journals(uow.session, Gone(), journals)

    assert judged(services, journals) == {
        BatchStatus.HANDED_OVER: [readers[0], *readers[2:]],
        BatchStatus.UNKNOWN: [readers[1]],
    }
    assert judged(services, journals)[BatchStatus.UNKNOWN] == [readers[1]], "and nobody is judged twice"


def test_group_given_up_without_a_journal_stays_in_doubt(
    services: Services, journals: Journals, readers: list[int], posting: Callable[..., Batch]
) -> None:
    """Where nothing was written down, or it is gone, nothing is proven later."""
    posting()
    with services.database.unit() as uow:
        settle(uow, Gone(), now=NOW + JOURNAL_PATIENCE)

    assert judged(services, journals) == {BatchStatus.UNKNOWN: readers}


@pytest.mark.parametrize("hours", [-26, 26])
def test_clock_that_was_wrong_keeps_no_group_in_work(
    services: Services, posting: Callable[..., Batch], hours: int
) -> None:
    """Posted a day ago or a day from now: either is not a moment ago, so another machine's journal is past waiting."""
    posting(worker="0badcafe-dead")
    with services.database.unit() as uow:
        settle(uow, Gone(), now=NOW + timedelta(hours=hours))

    with services.database.read() as session:
        assert session.scalars(select(Batch.status)).all() == [BatchStatus.UNKNOWN]


def test_late_worker_finds_its_group_settled_whatever_the_clock_says(
    services: Services, journals: Journals, posting: Callable[..., Batch]
) -> None:
    """Its session was cut while it was stopped. Days may pass, or seem to: it wakes up, and sends nothing."""
    batch = posting()
    judged_for_dead = replace(services, clock=lambda: datetime.now(UTC) + timedelta(days=30))
    sweep(judged_for_dead, Cut(), slots=1)
    sweep(judged_for_dead, Cut(), slots=1)

    with pytest.raises(TryLater, match="settled"):
        journals.begin((batch.id, batch.attempt, batch.worker))


def test_worker_that_lives_after_all_keeps_its_group(
    services: Services, journals: Journals, posting: Callable[..., Batch]
) -> None:
    """Its session with the database was cut while it was sending; it holds the lock on its journal."""
    batch = posting()
    journal = journals.begin((batch.id, batch.attempt, batch.worker))

    assert set(judged(services, journals)) == {BatchStatus.POSTING}
    journal.close()


def test_event_about_one_person_proves_nothing_about_the_next(
    services: Services, journals: Journals, readers: list[int], posting: Callable[..., Batch]
) -> None:
    """A mail server takes or refuses each message by itself."""
    posting(("accepted", 0, "250 t"), *[("sent", n, "") for n in range(1, 7)])
    judged(services, journals)
    with services.database.unit() as uow:
        bounced = uow.session.scalars(select(Delivery).where(Delivery.subscriber_id == readers[1])).one()
        bounced.status = DeliveryStatus.BOUNCED

    assert judged(services, journals)[BatchStatus.UNKNOWN] == readers[1:]


def test_journal_goes_when_the_ledger_has_it(
    services: Services, journals: Journals, posting: Callable[..., Batch]
) -> None:
    """The ledger is asked; and a settled one waits for a process that may come too late."""
    batch = posting(("sent", 0, ""))
    other = journals.begin((batch.id + 1, 1, batch.worker))
    other.close()

    with services.database.read() as session:
        tidy_journals(session, Cut(), journals)
    assert [path.name.partition(".")[0] for path in services.settings.journals.glob("*.*.*")] == [str(batch.id)]
    judged(services, journals)
    assert list(services.settings.journals.glob("*.*.*")) == []


def test_journal_outlives_a_sweep_that_comes_to_nothing(
    services: Services, journals: Journals, posting: Callable[..., Batch]
) -> None:
    """The disk is full, and the clock two days ahead: what was believed is undone, so the proof has to stay."""
    posting(*(("accepted", reader, "250 taken") for reader in range(7)))
    in_two_days = replace(services, clock=lambda: datetime.now(UTC) + timedelta(days=2))

    with pytest.raises(OSError, match="no room"), full_disk():
        sweep(in_two_days, Gone(), slots=1)

    assert {status for status, people in judged(services, journals).items() if people} == {BatchStatus.HANDED_OVER}


@contextmanager
def full_disk() -> Iterator[None]:
    """No transaction can be committed."""

    def refuse(_session: Session) -> None:
        raise OSError("no room")

    event.listen(Session, "before_commit", refuse)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", refuse)
