"""Lists come in from files: nobody on the list without proof, nobody back who left, every bad line named."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db import Database
from service.subscribers import importing
from service.subscribers.actions import suppress
from service.subscribers.errors import ImportRefused
from service.subscribers.import_formats import FORMATS
from service.subscribers.importing import CHUNK_TO_ASK, ImportReport, Outcome, import_subscribers
from service.subscribers.model import Subscriber, Subscription, SubscriptionConsent, Suppression, SuppressionReason
from service.subscribers.newsletters import open_newsletter
from tests.cast import ADA, BEN, CLEO, MAL, NOW
from tests.subscribers.readers import TOKENS, a_newsletter, a_subscription, ada, ben, cleo, owed, subscription

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
    many = [f"reader{number}@example.test,,,{PROOF}" for number in range(CHUNK_TO_ASK)]
    report = bring_in(database, f"{ADA},,,{PROOF}", f"{ADA.upper()},,,{PROOF}", *many, f"{ADA},,,{PROOF}")

    assert (report.counts[Outcome.CONFIRMED], report.counts[Outcome.ALREADY_THERE]) == (CHUNK_TO_ASK + 1, 2)


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


def from_program(database: Database, name: str, text: str, stated: str = "They signed our list.") -> ImportReport:
    """Import a file that another program wrote."""
    with database.read() as session:
        newsletter = open_newsletter(session)
    form = FORMATS[name]
    return import_subscribers(database, TOKENS, text.splitlines(), newsletter, now=NOW, stated=stated, form=form)


PROGRAMS = {
    "mailchimp": f"""\
"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID,NOTES
{ADA},Ada,"van Dyk",2,"2024-05-30 08:00:00","2024-05-31 09:00:00",1,""
""",
    "ghost": f"""\
id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
1,{ADA},Ada van Dyk,,true,false,,2024-05-31T09:00:00.000Z,,,
2,{CLEO},Cleo,,false,false,,2024-05-31T09:00:00.000Z,,,
""",
    "listmonk": f"""\
uuid,email,name,attributes,status,created_at,updated_at
1,{ADA},Ada van Dyk,"{{""city"": ""Ulm""}}",enabled,2024-05-31T09:00:00.123456789Z,2024-05-31T09:00:00Z
2,{CLEO},Cleo,{{}},blocklisted,2024-05-31T09:00:00Z,2024-05-31T09:00:00Z
3,{MAL},Mal,{{}},disabled,2024-05-31T09:00:00Z,2024-05-31T09:00:00Z
""",
    "substack": f"""\
email,name,active_subscription,expiry,email_disabled,created_at
{ADA},Ada van Dyk,false,,false,2024-05-31T09:00:00.000Z
{CLEO},Cleo,false,,true,2024-05-31T09:00:00.000Z
""",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_lists_of_other_programs_come_in(database: Database, program: str) -> None:
    """With name and date; who is off the list there stays off it here."""
    from_program(database, program, PROGRAMS[program])

    assert readers(database) == {ADA: True}
    place = subscription(database, 1)
    assert (place.subscriber.name, str(place.confirmed_at)[:16]) == ("Ada van Dyk", "2024-05-31 09:00")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_date_alone_is_no_proof(database: Database, program: str) -> None:
    """Without words they stay pending."""
    from_program(database, program, PROGRAMS[program], stated="")

    assert readers(database) == {ADA: False}


def test_mailchimp_s_file_of_those_who_left_brings_nobody_in(database: Database) -> None:
    """Nor that of cleaned addresses."""
    for column in ("UNSUB_TIME", "CLEAN_TIME"):
        report = from_program(database, "mailchimp", f"Email Address,{column}\n{ADA},2024-05-31 09:00:00")
        assert report.counts[Outcome.UNSUBSCRIBED] == 1

    assert readers(database) == {}


def test_bad_dates_are_named_by_the_program_s_own_column(database: Database) -> None:
    """So that they can be found."""
    report = from_program(database, "ghost", f"email,subscribed_to_emails,created_at\n{ADA},true,yesterday")

    assert report.bad[0].reason.startswith("created_at is not a date such as")


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (f'"{BEN},,,,,', 'A quote (") opens on line 3 and is never closed.'),
        (f"{BEN},B\0n,,,,", "Line 3 holds a NUL byte: from there on the file is damaged."),
    ],
)
def test_a_file_that_breaks_in_the_middle_says_where(database: Database, broken: str, sentence: str) -> None:
    """Who stands before the break is in; nobody after it is swallowed silently."""
    with pytest.raises(ImportRefused) as refused:
        bring_in(database, f"{ADA},,,{PROOF}", broken, f"{CLEO},,,{PROOF}")

    assert str(refused.value) == f"{sentence} What stands before it is in; mend the file and import it again."
    assert readers(database) == {ADA: True}


class Killed(BaseException):
    """The process is gone."""


def test_an_import_that_was_killed_can_be_run_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was committed is found, the rest goes in, and nobody is there twice."""
    monkeypatch.setattr(importing, "CHUNK", 2)
    lines = [f"reader{number}@example.test,,,{PROOF}" for number in range(5)]

    def stop_after_four(report: ImportReport) -> None:
        if report.lines == 4:
            raise Killed

    with database.read() as session:
        newsletter = open_newsletter(session)
    with pytest.raises(Killed):
        import_subscribers(database, TOKENS, [HEADER, *lines], newsletter, now=NOW, tell=stop_after_four)
    report = bring_in(database, *lines)

    assert (report.counts[Outcome.ALREADY_THERE], report.counts[Outcome.CONFIRMED]) == (4, 1)
    assert len(readers(database)) == 5
    with database.read() as session:
        assert len(session.scalars(select(SubscriptionConsent)).all()) == 5


def test_a_suppressed_reader_who_is_known_gets_no_mail_on_another_list(database: Database) -> None:
    """Nor does somebody who asked for a pause: as `refresh` would have it."""
    places = [ada(database), ben(database)]
    with database.unit() as uow:
        a_newsletter(uow.session, "weekly")
        uow.session.get_one(Subscription, places[0]).subscriber.suppressed = True
        uow.session.get_one(Subscription, places[1]).subscriber.paused_until = NOW + timedelta(days=1)
    bring_in(database, f"{ADA},,,{PROOF}", f"{BEN},,,{PROOF}", slug="weekly")

    with database.read() as session:
        new = session.scalars(select(Subscription).where(Subscription.newsletter_id == 2)).all()
        assert [(one.status.value, one.sendable) for one in new] == [("confirmed", False)] * 2


def test_an_ended_suppression_lets_them_in(database: Database) -> None:
    """Until then, and not after it."""
    with database.unit() as uow:
        suppress(uow, ADA, SuppressionReason.DROPPED, tokens=TOKENS, now=NOW, until=NOW + timedelta(days=1))
    assert bring_in(database, f"{ADA},,,{PROOF}").counts[Outcome.SUPPRESSED] == 1
    with database.unit() as uow:
        uow.session.scalars(select(Suppression)).one().until = NOW

    assert bring_in(database, f"{ADA},,,{PROOF}").counts[Outcome.CONFIRMED] == 1


def test_ids_of_readers_who_are_gone_are_not_given_again(database: Database) -> None:
    """Their links are in old mails."""
    bring_in(database, f"{ADA},,,{PROOF}")
    with database.unit() as uow:
        uow.session.delete(uow.session.get_one(Subscription, 1).subscriber)
    bring_in(database, f"{BEN},,,{PROOF}")
    with database.unit() as uow:
        place = a_subscription(uow.session, CLEO)

    with database.read() as session:
        assert min(session.scalars(select(Subscription.id))) > 1
        assert place.id == max(session.scalars(select(Subscription.id)))


def test_more_bad_lines_than_can_be_named_are_counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of nonsense fills no memory."""
    monkeypatch.setattr(importing, "MOST_NAMED", 2)
    report = bring_in(database, *["nobody"] * 5, header="email")

    assert (len(report.bad), report.bad_lines) == (2, 5)
