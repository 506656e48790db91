"""An issue through a real mail server: the ledger says of each reader what the server said."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.model import Delivery, DeliveryStatus
from service.delivery.settle import finish_issues
from service.delivery.start import start
from service.delivery.status import issue_status
from service.issues.model import Issue, IssueState
from service.mail.bulk import BulkMailer
from service.mail.message import Address
from service.mail.smtp import SmtpMailer
from service.mail.smtp_journal import Journals
from service.tokens import Purpose
from tests.conftest import Clock
from tests.standins.smtp import DROP, At, Manners, SmtpStandin

BOUNCES = Address("bounces@news.example.org")


@pytest.fixture
def smtp() -> Iterator[SmtpStandin]:
    """A mail server."""
    with SmtpStandin() as server:
        yield server


@pytest.fixture
def mailer(services: Services, smtp: SmtpStandin) -> Iterator[SmtpMailer]:
    """The product's transport, with its journals and an address for bounces."""
    journals = Journals(services.settings.journals)
    with closing(
        SmtpMailer(smtp.url, clock=services.clock, journals=journals, bounces=BOUNCES, reply_seconds=1)
    ) as mailer:
        yield mailer


@pytest.fixture
def in_one(services: Services, readers: list[int], issue_id: int) -> int:
    """The issue, started with all its readers in one group."""
    with services.database.unit() as uow:
        start(uow, issue_id, services.head, batch_size=100, slots=1, now=services.clock())
    return issue_id


def arrived(smtp: SmtpStandin) -> Counter[str]:
    """Who has how many."""
    return Counter(message.recipients[0] for message in smtp.messages())


def test_envelope_names_the_delivery(
    services: Services, in_one: int, smtp: SmtpStandin, mailer: BulkMailer, drain_with: Callable[..., Drain]
) -> None:
    """So that a bounce is about somebody; and each mail greets its reader."""
    drain_with(mailer).run(in_one)

    keys = [message.sender.partition("+")[2].partition("@")[0] for message in smtp.messages()]
    assert len(services.tokens.open_many(Purpose.DELIVERY, keys)) == 7
    assert {message.sender.partition("+")[0] for message in smtp.messages()} == {"bounces"}
    assert all(
        f"Hello {message.message['To'].addresses[0].display_name}," in message.part("plain")
        for message in smtp.messages()
    )
    assert all(f".{key}@" in message.message["Message-ID"] for key, message in zip(keys, smtp.messages(), strict=True))


def test_each_reader_goes_their_own_way(
    services: Services, clock: Clock, in_one: int, smtp: SmtpStandin, mailer: BulkMailer,
    drain_with: Callable[..., Drain],
) -> None:  # fmt: skip
    """One refused, one put off and taken later, one whose reply was lost; the others have it once."""
    smtp.refuse("reader1@example.test")
    smtp.answer_next("451 4.7.1 greylisted", at=At.TEXT)
    drain_with(mailer).run(in_one)
    smtp.answer_next(DROP, at=At.TEXT)
    clock.at += timedelta(hours=1)

    drain_with(mailer).run(in_one)

    with services.database.read() as session:
        status = issue_status(session, in_one)
        refused = session.scalars(select(Delivery.subscriber_id).where(Delivery.status == DeliveryStatus.REJECTED))
        assert len(refused.all()) == 1
    assert status.unknown == 1
    assert status.handed_over == 5
    assert set(arrived(smtp).values()) == {1}
    assert "reader1@example.test" not in arrived(smtp)


def test_greylisting_server_gets_everybody_in_the_end(
    services: Services, clock: Clock, in_one: int, smtp: SmtpStandin, mailer: BulkMailer,
    drain_with: Callable[..., Drain],
) -> None:  # fmt: skip
    """And the issue is sent."""
    smtp.behave(Manners(greylists=True))
    for _ in range(2):
        drain_with(mailer).run(in_one)
        clock.at += timedelta(hours=1)
    with services.database.unit() as uow:
        finish_issues(uow, services.head, now=clock())

    assert sorted(arrived(smtp).values()) == [1] * 7
    with services.database.read() as session:
        assert session.get_one(Issue, in_one).state is IssueState.SENT
