"""Reports that come by mail: what they say of a delivery, and what they must not be able to say."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from service.bootstrap import Services
from service.delivery.bounce_mail import LARGEST_REPORT, NotAReport, apply_report, read_report
from service.delivery.bounce_reading import read_mailbox
from service.delivery.drain import Drain
from service.delivery.model import Delivery, DeliveryStatus, Event, delivery_number
from service.mail.bounce_mailbox import BounceMailbox
from service.mail.bulk import BulkMailer
from service.settings import Settings
from service.subscribers.model import Subscriber, Subscription
from service.tokens import Purpose, Tokens
from tests.cast import NOW
from tests.conftest import TEST_SECRET
from tests.delivery.report_mails import a_complaint, a_dsn
from tests.standins.imap import ImapStandin


@pytest.fixture
def key(services: Services, readers: list[int], started: int, drain_with: Callable[[BulkMailer], Drain]) -> str:
    """The key of the first reader's delivery, which has left."""
    drain_with(services.mailer).run(started)
    return services.tokens.seal(Purpose.DELIVERY, delivery_number(started, readers[0]))


def apply(services: Services, raw: bytes) -> int:
    """Apply a report; gives how many events were new."""
    with services.database.unit() as uow:
        return apply_report(uow, raw, services.tokens, now=NOW).new


def standing(services: Services, reader: int) -> tuple[DeliveryStatus, bool]:
    """What is known of the reader's delivery, and whether they are written to again."""
    with services.database.read() as session:
        status = session.scalars(select(Delivery.status).where(Delivery.subscriber_id == reader)).one()
        return status, session.scalars(select(Subscription.sendable).where(Subscription.subscriber_id == reader)).one()


@pytest.mark.parametrize(
    ("action", "status", "known", "stays"),
    [
        ("failed", "5.1.1", DeliveryStatus.BOUNCED, False),
        ("failed", "5.0.0", DeliveryStatus.BOUNCED, False),
        ("failed", "5.2.2", DeliveryStatus.SOFT_BOUNCED, True),
        ("failed", "5.7.1", DeliveryStatus.SOFT_BOUNCED, True),
        ("failed", "4.4.7", DeliveryStatus.SOFT_BOUNCED, True),
        ("Failed", "5.1.10 (no such user)", DeliveryStatus.BOUNCED, False),
        ("delayed", "4.4.1", DeliveryStatus.DEFERRED, True),
        ("delivered", "2.0.0", DeliveryStatus.DELIVERED, True),
        ("relayed", "2.0.0", DeliveryStatus.BATCH, True),
    ],
)
def test_notification_says_what_became_of_a_mail(
    services: Services, readers: list[int], key: str, action: str, status: str, known: DeliveryStatus, stays: bool
) -> None:
    """A mailbox that is not there is not written to again; one that is full, slow or strict is."""
    assert apply(services, a_dsn(key, action=action, status=status, said="smtp; 250 or so")) == 1

    assert standing(services, readers[0]) == (known, stays)


@pytest.mark.parametrize(
    ("kind", "known", "stays"),
    [
        ("abuse", DeliveryStatus.COMPLAINED, False),
        ("opt-out", DeliveryStatus.UNSUBSCRIBED, False),
        ("not-spam", DeliveryStatus.BATCH, True),
    ],
)
def test_complaint_ends_the_mail(
    services: Services, readers: list[int], key: str, kind: str, known: DeliveryStatus, stays: bool
) -> None:
    """And praise does not."""
    apply(services, a_complaint(key, kind=kind))

    assert standing(services, readers[0]) == (known, stays)


@pytest.mark.parametrize(
    "report",
    [
        lambda key: a_dsn(key, to="bounces+{key}@news.example.org", returned=""),
        lambda key: a_dsn(key, returned="Message-ID: <issue-1.{key}@example.org>\n"),
        lambda key: a_dsn(key, returned="Return-Path: <bounces+{key}@news.example.org>\n"),
        lambda key: a_dsn(key, to="bounces+AAAAAAAAAAAAAAAAAAAAAA@x.test"),
        lambda key: a_complaint(key, mail_from="<news@example.org>"),
    ],
    ids=["address", "message id", "return path", "a wrong one beside", "returned mail"],
)
def test_delivery_is_found_by_its_key(
    services: Services, readers: list[int], key: str, report: Callable[[str], bytes]
) -> None:
    """Wherever the report carries it."""
    apply(services, report(key))

    assert not standing(services, readers[0])[1]


def test_report_without_a_key_silences_nobody(services: Services, readers: list[int], key: str) -> None:
    """Anybody can write one about anybody. It is kept and counted."""
    assert apply(services, a_dsn("", returned="Message-ID: <1@example.org>\n")) == 1

    assert standing(services, readers[0]) == (DeliveryStatus.BATCH, True)


def test_same_report_counts_once(services: Services, readers: list[int], key: str) -> None:
    """By its Message-ID, or its bytes when it has none."""
    nameless = a_dsn(key, message_id="")

    assert [apply(services, raw) for raw in (a_dsn(key), a_dsn(key), nameless, nameless)] == [1, 0, 1, 0]


def test_no_address_is_kept(services: Services, key: str) -> None:
    """What the other server said stays, without the person in it."""
    apply(services, a_dsn(key))

    with services.database.read() as session:
        event = session.scalars(select(Event)).one()
    assert event.detail["reason"] == "550 5.1.1 <<address>>: no such user"
    assert event.happened_at.isoformat() == "2026-06-10T09:00:00+00:00"


TOKENS = Tokens((TEST_SECRET.encode(),))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: I am on holiday\r\n\r\nBack on Monday.",
        a_dsn("x").replace(b"message/delivery-status", b"text/plain"),
        a_dsn("x").replace(b"Action:", b"Reaction:"),
        a_complaint("x").replace(b"Feedback-Type:", b"Type:"),
        b"Content-Type: multipart/report; boundary=b\r\n\r\n",
        b"x" * (LARGEST_REPORT + 1),
    ],
    ids=["nothing", "holiday", "no status part", "no action", "no type", "no parts", "huge"],
)
def test_mail_that_is_no_report_is_refused(raw: bytes) -> None:
    """In one line."""
    with pytest.raises(NotAReport) as refusal:
        read_report(raw, TOKENS)

    assert "\n" not in str(refusal.value)


def test_mail_in_a_mail_in_a_mail_is_refused() -> None:
    """However deep somebody digs."""
    depth = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5000))

    with pytest.raises(NotAReport):
        read_report(depth, TOKENS)


@given(st.binary(max_size=60), st.integers(0, 1200), st.integers(0, 200))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_broken_report_is_read_or_refused(noise: bytes, at: int, gone: int) -> None:
    """And never anything else."""
    whole = a_dsn("AAAAAAAAAAAAAAAAAAAAAA")
    try:
        events = read_report(whole[:at] + noise + whole[at + gone :], TOKENS)
    except NotAReport:
        return
    assert all(event["event"] for event in events)


def test_mailbox_is_read_and_marked(services: Services, readers: list[int], key: str) -> None:
    """Reports are applied and seen; the rest is flagged, stays unread, and is not read again."""
    with ImapStandin(a_dsn(key), b"Subject: hello\r\n\r\nhello", b"x" * (LARGEST_REPORT + 1)) as server:
        for _ in range(2):
            mailbox = BounceMailbox(server.url, context=server.trusting())
            read = read_mailbox(services.database, mailbox, services.tokens, clock=services.clock)
        flags = [mail.flags for mail in server.mails]
        fetched = [line for line in server.heard if "BODY.PEEK" in line]

    assert not standing(services, readers[0])[1]
    assert flags == [{"\\Seen"}, {"\\Flagged"}, {"\\Flagged"}]
    assert (read.reports, read.set_aside) == (0, 0)
    assert len(fetched) == 2, "the huge one is not even fetched"


def test_mail_is_not_marked_before_the_commit(services: Services, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit that breaks off leaves it for the next one, which counts it once."""
    with ImapStandin(a_dsn(key)) as server:
        with monkeypatch.context() as patch, closing(BounceMailbox(server.url, context=server.trusting())) as mailbox:
            patch.setattr(mailbox, "done", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                read_mailbox(services.database, mailbox, services.tokens, clock=services.clock)
        again = BounceMailbox(server.url, context=server.trusting())
        read = read_mailbox(services.database, again, services.tokens, clock=services.clock)

    assert (read.reports, read.events) == (1, 0)
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 1


@pytest.mark.parametrize(
    ("raw", "status", "words"),
    [(a_dsn("x"), 0, "no delivery that we know: bounce"), (b"Subject: hello\r\n\r\n", 65, "Not a report")],
)
def test_pipe_understands_the_exit_status(settings: Settings, raw: bytes, status: int, words: str) -> None:
    """0 taken, 65 not a report."""
    ran = run_command(settings, raw)

    assert ran.returncode == status
    assert words in ran.stdout.decode() + ran.stderr.decode()


def test_pipe_keeps_the_mail_when_the_database_is_away(settings: Settings, tmp_path: Path) -> None:
    """75: try again later."""
    elsewhere = f"sqlite:///{tmp_path}/nowhere/at.all"

    assert run_command(settings, a_dsn("x"), DATABASE_URL=elsewhere).returncode == 75
    assert run_command(settings, a_dsn("x"), SECRET_KEYS="short").returncode == 75


def run_command(settings: Settings, raw: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """`storywell bounces read` with a mail on standard input."""
    command = [str(Path(sys.executable).parent / "storywell"), "bounces", "read", "-"]
    given = {"VAR": str(settings.var), "DATABASE_URL": settings.database_url, "SECRET_KEYS": TEST_SECRET}
    return subprocess.run(command, input=raw, env=given | environment, capture_output=True, check=False, timeout=60)


def test_subscriber_is_still_there(services: Services, readers: list[int], key: str) -> None:
    """A bounce ends the mail, not the person."""
    apply(services, a_dsn(key))

    with services.database.read() as session:
        assert session.get(Subscriber, readers[0]) is not None
