"""Lists come in from files: nobody on the list without proof, nobody back who left, every bad line named."""

from collections.abc import Iterable

import pytest
from sqlalchemy import select

from service.db import Database
from service.subscribers.actions import suppress
from service.subscribers.errors import ImportRefused
from service.subscribers.importing import BATCH, ImportReport, Outcome, import_subscribers
from service.subscribers.model import Subscriber, Subscription, SubscriptionConsent, SuppressionReason
from service.subscribers.newsletters import open_newsletter
from tests.cast import ADA, BEN, CLEO, MAL, NOW
from tests.subscribers.readers import TOKENS, a_newsletter, ada, ben, cleo, owed, subscription

HEADER = "email,name,locale,consent_text,consent_at,consent_source"
PROOF = "Yes please,2024-05-31,paper form"


def bring_in(
    database: Database, *lines: str, header: str = HEADER, stated: str = "", ask: bool = False, slug: str = ""
) -> ImportReport:
    """Import a file of these lines."""
    with database.read() as session:
        newsletter = open_newsletter(session, slug)
    return import_subscribers(database, TOKENS, [header, *lines], newsletter, now=NOW, stated=stated, ask=ask)


def readers(database: Database) -> dict[str, bool]:
    """Every address, and whether it may be sent to."""
    with database.read() as session:
        query = select(Subscriber.email, Subscription.sendable).join(Subscription)
        return {row.email: row.sendable for row in session.execute(query)}


def test_with_proof_they_are_on_the_list(database: Database) -> None:
    """Since the day they agreed, and the proof is kept."""
    report = bring_in(database, f"{ADA},Ada,en-GB,{PROOF}")

    assert report.counts[Outcome.CONFIRMED] == 1
    assert readers(database) == {ADA: True}
    with database.read() as session:
        proof = session.scalars(select(SubscriptionConsent)).one()
        kept = (proof.wording, proof.source, proof.basis, str(proof.given_at.date()))
    assert kept == ("Yes please", "import paper form", "consent", "2024-05-31")
    assert owed(database) == []


@pytest.mark.parametrize("proof", [",,", "Yes please,,", ",2024-05-31,"])
def test_without_proof_they_are_pending_and_hear_nothing(database: Database, proof: str) -> None:
    """Words without a date prove nothing, nor a date without words."""
    report = bring_in(database, f"{BEN},Ben,en-GB,{proof}")

    assert report.counts[Outcome.PENDING] == 1
    assert readers(database) == {BEN: False}
    assert owed(database) == []


def test_on_request_the_pending_ones_are_asked(database: Database) -> None:
    """Within the limits of the form."""
    report = bring_in(database, f"{ADA},,,{PROOF}", f"{BEN},,,,,", "ben+two@example.test,,,,,", ask=True)

    assert report.counts[Outcome.ASKED] == 1
    assert [template for template, _ in owed(database)] == ["confirm_subscription"]


def test_words_stated_by_the_importer_are_kept_as_such(database: Database) -> None:
    """Only for rows that bring no words of their own."""
    bring_in(database, f"{ADA},,,{PROOF}", f"{BEN},,,,,", stated="They signed our list in May.")

    with database.read() as session:
        proofs = session.scalars(select(SubscriptionConsent).order_by(SubscriptionConsent.id)).all()
        kept = [(proof.wording, proof.basis, proof.given_at == NOW) for proof in proofs]
    assert kept == [("Yes please", "consent", False), ("They signed our list in May.", "stated at import", True)]
    assert readers(database) == {ADA: True, BEN: True}


def test_who_is_here_already_stays_as_they_are(database: Database) -> None:
    """Above all those who left."""
    places = [ada(database), ben(database), cleo(database)]
    report = bring_in(database, *(f"{email.upper()},Mal,,{PROOF}" for email in (ADA, BEN, CLEO)))

    assert report.counts[Outcome.ALREADY_THERE] == 3
    statuses = [subscription(database, place).status.value for place in places]
    assert statuses == ["confirmed", "pending", "unsubscribed"]


def test_a_known_reader_can_join_another_newsletter(database: Database) -> None:
    """One subscriber, two subscriptions."""
    ada(database)
    with database.unit() as uow:
        a_newsletter(uow.session, "weekly")
    report = bring_in(database, f"{ADA},,,{PROOF}", slug="weekly")

    assert report.counts[Outcome.CONFIRMED] == 1
    with database.read() as session:
        assert session.scalars(select(Subscription.sendable)).all() == [True, True]


def test_suppressed_addresses_are_refused(database: Database) -> None:
    """Suppression wins over any proof."""
    with database.unit() as uow:
        suppress(uow, MAL, SuppressionReason.NEVER_AGAIN, tokens=TOKENS, now=NOW)
    report = bring_in(database, f"{MAL},,,{PROOF}")

    assert report.counts[Outcome.SUPPRESSED] == 1
    assert readers(database) == {}


def test_who_had_unsubscribed_elsewhere_is_left_out(database: Database) -> None:
    """A status column is obeyed."""
    report = bring_in(
        database,
        f"{ADA},confirmed,Yes,2024-05-31",
        f"{BEN},Pending,Yes,2024-05-31",
        f"{CLEO},unsubscribed,Yes,2024-05-31",
        header="email,status,consent_text,consent_at",
    )

    assert report.counts[Outcome.UNSUBSCRIBED] == 1
    assert readers(database) == {ADA: True, BEN: False}


def test_the_same_address_twice_in_a_file_counts_once(database: Database) -> None:
    """The first line wins, also across batches."""
    many = [f"reader{number}@example.test,,,{PROOF}" for number in range(BATCH)]
    report = bring_in(database, f"{ADA},,,{PROOF}", f"{ADA.upper()},,,{PROOF}", *many, f"{ADA},,,{PROOF}")

    assert (report.counts[Outcome.CONFIRMED], report.counts[Outcome.ALREADY_THERE]) == (BATCH + 1, 2)


def test_importing_twice_changes_nothing(database: Database) -> None:
    """So an import that was cut off can be started again."""
    lines = [f"{ADA},,,{PROOF}", f"{BEN},,,,,"]
    bring_in(database, *lines)
    report = bring_in(database, *lines)

    assert report.counts[Outcome.ALREADY_THERE] == len(readers(database)) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nobody,,,,,", "This is not an e-mail address."),
        (f'"{ADA}\nBcc: {MAL}",,,,,', "This is not an e-mail address."),
        (f"{MAL},,english please,,,", "The locale is not a language tag such as en-GB."),
        (f"{MAL},,,Yes,May 2024,", "consent_at is not a date such as 2024-05-31 or 2024-05-31T09:00:00Z."),
        (f"{MAL},,,Yes,2027-01-01,", "consent_at lies in the future."),
    ],
)
def test_bad_lines_are_named_and_the_good_ones_go_in(database: Database, line: str, reason: str) -> None:
    """By line number and reason, without the address."""
    report = bring_in(database, f"{ADA},,,{PROOF}", line, f"{BEN},,,{PROOF}")

    assert [(bad.line, bad.reason) for bad in report.bad] == [(3, reason)]
    assert readers(database) == {ADA: True, BEN: True}


def test_a_bad_status_is_a_bad_line(database: Database) -> None:
    """Guessing could put somebody on the list who left it."""
    report = bring_in(database, f"{ADA},cleaned", header="email,status")

    assert [bad.reason for bad in report.bad] == ["The status is none of confirmed, pending and unsubscribed."]


def broken() -> Iterable[str]:
    """A file that stops being text."""
    yield "email\n"
    yield "ada@example.test\n"
    raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


@pytest.mark.parametrize("lines", [[], ["name,address", "Ada,ada@example.test"], ["email", "x" * 200_000], broken()])
def test_a_file_that_is_no_list_is_refused(database: Database, lines: Iterable[str]) -> None:
    """With one sentence that says why."""
    with database.read() as session:
        newsletter = open_newsletter(session)
    with pytest.raises(ImportRefused, match=r"^[A-Z].*\.$"):
        import_subscribers(database, TOKENS, lines, newsletter, now=NOW)


def test_a_header_may_be_written_as_people_write(database: Database) -> None:
    """Capitals, blanks and columns of other programs do no harm."""
    bring_in(database, f"7,{ADA},Ada", header=" ID , Email ,NAME")

    assert subscription(database, 1).subscriber.name == "Ada"
