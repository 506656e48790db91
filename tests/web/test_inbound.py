"""The way off the list by mail: the provider hands a mail over as a form, and the token in its address is the key."""

import json
from dataclasses import replace
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from service.bootstrap import Services, bootstrap
from service.delivery.ledger import Hold
from service.delivery.mailing import write_circular, write_group
from service.delivery.model import Variant
from service.issues.counts import Counted, totals
from service.issues.model import Issue, IssueState, Newsletter
from service.mail.bulk import spell_out
from service.mail.letterhead import Letterhead
from service.mail.mime import filled_headers
from service.subscribers.model import SubscriptionStatus
from service.tokens import Purpose
from service.web.hooks import LARGEST_MAIL
from tests.cast import ADA, NOW
from tests.issues.gone_out import an_issue
from tests.subscribers.readers import a_newsletter, ada, subscription

INBOUND = "/hooks/sendgrid/inbound"
MAILBOX = "unsub@news.example.org"


@pytest.fixture
def place(services: Services) -> int:
    """Ada is on the list; the id of her subscription."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
    return ada(services.database)


@pytest.fixture
def address(services: Services, place: int) -> str:
    """The address that her mail program writes to."""
    return f"unsub+{services.tokens.seal(Purpose.SUBSCRIPTION, place)}@news.example.org"


def mail(to: str, **fields: str) -> dict[str, str]:
    """A parsed mail as the provider posts it."""
    return {
        "to": f"News <{to}>", "from": "Ada <ada@example.test>", "subject": "unsubscribe", "text": "",
        "headers": f"To: News <{to}>\nFrom: ada@example.test\n", "charsets": '{"to": "UTF-8"}', "attachments": "0",
        "envelope": json.dumps({"to": [to], "from": "ada@example.test"}), **fields,
    }  # fmt: skip


def post(client: FlaskClient, **fields: object) -> int:
    """Post a form as multipart/form-data; gives the status."""
    boundary, body = encode_multipart(fields)
    return client.post(INBOUND, data=body, content_type=f"multipart/form-data; boundary={boundary}").status_code


def on_the_list(services: Services, place: int) -> bool:
    """Whether Ada still is."""
    return subscription(services.database, place).status is SubscriptionStatus.CONFIRMED


@pytest.mark.parametrize("kept", ["envelope", "to", "headers"])
def test_a_mail_to_her_own_address_takes_her_off(
    client: FlaskClient, services: Services, place: int, address: str, kept: str
) -> None:
    """Whichever field still names the address after a mail server on the way has changed the others."""
    assert post(client, **{kept: mail(address)[kept]}) == 200

    assert subscription(services.database, place).unsubscribed_by == "mailto"


@pytest.mark.parametrize("field", ["email", "rawEmail"])
def test_a_raw_mail_counts_as_well(
    client: FlaskClient, services: Services, place: int, address: str, field: str
) -> None:
    """The provider's other mode: the whole message in one field."""
    raw = f"Received: by mx\r\nTO: =?utf-8?q?N=C3=A9ws?=\r\n <{address}>\r\nSubject: x\r\n\r\nHello\r\n"
    assert post(client, **{field: FileStorage(BytesIO(raw.encode()), "mail.eml") if field == "email" else raw}) == 200

    assert not on_the_list(services, place)


def test_a_mail_from_a_machine_counts_as_well(
    client: FlaskClient, services: Services, place: int, address: str
) -> None:
    """A mailbox presses the button for its reader, and says so (RFC 3834)."""
    headers = f"To: {address}\nAuto-Submitted: auto-generated\nPrecedence: bulk\n"
    assert post(client, **mail(address, headers=headers)) == 200

    assert not on_the_list(services, place)


@pytest.mark.parametrize(("behind", "counted"), [(".{}", 1), ("", 0), (".999", 0), (".99999999999", 0), (".x", 0)])
def test_the_issue_it_came_from_counts_it(
    client: FlaskClient, services: Services, place: int, address: str, behind: str, counted: int
) -> None:
    """Its number stands behind the token. Addresses of older mails have none, and take her off as well."""
    june = an_issue(services)
    to = address.replace("@", f"{behind.format(june)}@")
    assert [post(client, **mail(to)) for _ in range(2)] == [200, 200]

    assert on_the_list(services, place) is (behind in {".x", ".99999999999"})
    with services.database.read() as session:
        assert totals(session, [june]).get((june, Counted.UNSUBSCRIBED), 0) == counted


def test_one_field_may_have_lost_the_issue(client: FlaskClient, services: Services, place: int, address: str) -> None:
    """The others still say it."""
    june = an_issue(services)
    assert post(client, **(mail(address.replace("@", f".{june}@")) | {"to": address})) == 200

    with services.database.read() as session:
        assert totals(session, [june]) == {(june, Counted.UNSUBSCRIBED): 1}


def test_it_may_be_repeated(client: FlaskClient, services: Services, place: int, address: str) -> None:
    """The provider posts again what it is not sure of."""
    assert [post(client, **mail(address)) for _ in range(2)] == [200, 200]
    assert not on_the_list(services, place)


def test_every_other_mail_is_ignored_with_the_same_answer(
    client: FlaskClient, services: Services, place: int, address: str
) -> None:
    """A wrong token, a token of another kind, the token anywhere but in whom it is to, and no form at all."""
    wrong = address.replace("+", "+x")
    preferences = f"unsub+{services.tokens.seal(Purpose.PREFERENCES, place)}@news.example.org"
    elsewhere = mail(
        "news@example.org", text=address, subject=address, headers=f"List-Unsubscribe: <mailto:{address}>\n"
    )
    elsewhere["from"], elsewhere["envelope"] = address, json.dumps({"to": "x", "from": address})
    odd = {"envelope": "[", "headers": "\x00\n\n", "email": ""}
    for form in (mail(wrong), mail(preferences), elsewhere, odd):
        assert post(client, **form) == 200
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "text/plain"):
        assert client.post(INBOUND, data=b"--y\r\n\r\n" + address.encode(), content_type=kind).status_code == 200

    assert on_the_list(services, place)


def test_a_large_mail_flows_past(client: FlaskClient, services: Services, place: int, address: str) -> None:
    """Attachments are not kept; more than the provider ever sends is refused."""
    attachment = FileStorage(BytesIO(b"x" * 3_000_000), "big.bin")
    assert post(client, attachment1=attachment, **mail(address, text="long " * 200_000)) == 200
    assert not on_the_list(services, place)

    too_large = client.post(INBOUND, data=bytes(LARGEST_MAIL + 1), content_type="multipart/form-data; boundary=x")
    assert too_large.status_code == 413


def test_nothing_of_the_mail_reaches_the_log(
    client: FlaskClient, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither who wrote nor what."""
    post(client, **mail(address, text="I am in hospital"))

    written = "".join(capfd.readouterr())
    assert "hospital" not in written
    assert "ada@example.test" not in written


@pytest.mark.parametrize("mailbox", ["", MAILBOX, f"Leave <{MAILBOX}>"])
def test_an_issue_names_the_mail_address_only_where_one_is_set(
    services: Services, place: int, address: str, mailbox: str
) -> None:
    """After the page, which all good mailboxes prefer (RFC 2369, RFC 8058)."""
    house = bootstrap(
        replace(services.settings, mail_unsubscribe=mailbox), mailer=services.mailer, clock=services.clock
    )
    page = f"<{services.links.unsubscribe(place)}>"

    assert list_unsubscribe(house.head, place) == (f"{page}, <mailto:{address}>" if mailbox else page)
    house.close()


def test_the_mail_address_of_an_issue_names_it(services: Services, place: int, address: str) -> None:
    """By a plain number, the same for every reader, outside of the token that is theirs alone."""
    links = replace(services.links, unsubscribe_mailbox=MAILBOX).in_issue(15)

    assert links.unsubscribe_by_mail(place) == f"mailto:{address.replace('@', '.15@')}"
    assert links.preferences(place) == f"{services.links.preferences(place)}?issue=15"


def list_unsubscribe(head: Letterhead, place: int) -> str:
    """The header in Ada's copy of an issue."""
    newsletter = Newsletter(
        slug="monthly", name="News", rrule="FREQ=MONTHLY", wall_time="09:00", zone="UTC", created_at=NOW
    )
    issue = Issue(
        newsletter=newsletter, period="2026-06", slug="june", subject="June", planned_for=NOW,
        state=IssueState.SENDING, created_at=NOW,
    )  # fmt: skip
    variant = Variant(issue_id=1, key="default", lang="en", subject="June", text="", html="", created_at=NOW)
    hold = Hold(1, 1, 1, "default", 1, 1, 0, None, [])
    mailing = spell_out(write_circular(head, issue, variant), write_group(head, hold, [(1, place, ADA, "Ada")]))
    return filled_headers(mailing, mailing.recipients[0])["List-Unsubscribe"]
