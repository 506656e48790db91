"""One message from a mailing and a recipient."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.message import Address, Mailing, Recipient, Rejected
from service.mail.mime import compose, fill, one_line
from tests.cast import NOW
from tests.mail.sample import SLOTS

ANYTHING = st.text() | st.text(alphabet='a\r\n\0\x0b\x85\u2028 :<>@,;"=?é')


def written(mailing: Mailing, recipient: Recipient) -> EmailMessage:
    """The message as whoever receives it reads it."""
    return message_from_bytes(compose(mailing, recipient, now=NOW).as_bytes(), policy=default)


def test_text_comes_before_html_and_both_have_their_slots_filled(mailing: Mailing, ada: Recipient) -> None:
    """A reader without HTML gets everything; mail programs prefer the last part they understand."""
    message = written(mailing, ada)

    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in message.iter_parts()} == {"quoted-printable"}
    assert message.get_body(("plain",)).get_content().startswith("Dear Ada,\r\n")  # type: ignore[union-attr]
    assert SLOTS["%%unsubscribe_url%%"] in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_same_delivery_has_the_same_bytes(mailing: Mailing, ada: Recipient) -> None:
    """A second copy can be recognised, down to its Message-ID."""
    first, second = compose(mailing, ada, now=NOW), compose(mailing, ada, now=NOW)

    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] == "<m42.d-ada@mail.example.org>"
    assert first["Date"] == "Wed, 10 Jun 2026 09:30:00 +0000"


def test_long_list_unsubscribe_stays_readable(mailing: Mailing, ada: Recipient) -> None:
    """The one-click address is never turned into an encoded word, however long it is."""
    url = "https://news.example.org/unsubscribe/" + "x" * 200
    raw = compose(mailing, replace(ada, slots=SLOTS | {"%%unsubscribe_url%%": url}), now=NOW).as_bytes()

    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw


def test_names_and_subjects_of_every_language_survive(mailing: Mailing, ada: Recipient) -> None:
    """Other alphabets are encoded, and read again as they were written."""
    recipient = replace(ada, to=Address("ada@bücher.example", "Адa, ميرا"))

    message = written(replace(mailing, subject="يونيو: نسأل"), recipient)

    assert message["Subject"] == "يونيو: نسأل"
    assert message["To"].addresses[0].display_name == "Адa, ميرا"
    assert message["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@x.test", "ada@x.test\nBcc: mal@x.test", "ada b@x.test", "ä@x.test"]
)
def test_address_that_is_none_is_refused(email: str, mailing: Mailing, ada: Recipient) -> None:
    """Nothing is guessed about an address."""
    with pytest.raises(Rejected):
        compose(mailing, replace(ada, to=Address(email)), now=NOW)


@pytest.mark.parametrize(
    "name", ["Bcc", "bcc", "To", "From", "Subject", "Content-Type", "X Y", "X:Y", "X\nBcc", "", "Resent-To"]
)
def test_header_that_is_not_ours_to_set_is_refused(name: str, mailing: Mailing, ada: Recipient) -> None:
    """A mailing's headers add to a message and never change whom it goes to."""
    with pytest.raises(Rejected):
        compose(replace(mailing, headers={name: "mal@example.test"}), ada, now=NOW)


def test_header_longer_than_a_line_is_refused(mailing: Mailing, ada: Recipient) -> None:
    """A line of mail has 998 characters."""
    with pytest.raises(Rejected, match="List-Help"):
        compose(replace(mailing, headers={"List-Help": "x" * 1000}), ada, now=NOW)


@pytest.mark.parametrize("delivery", ["", "a b", "../up", "a\n", "a@b", "a>", "é"])
def test_id_that_is_not_plain_is_refused(delivery: str, mailing: Mailing, ada: Recipient) -> None:
    """Ids stand in Message-ID and in file names."""
    with pytest.raises(Rejected):
        compose(mailing, replace(ada, delivery=delivery), now=NOW)


@given(name=ANYTHING, subject=ANYTHING, value=ANYTHING, sender=ANYTHING)
def test_nobody_can_add_a_header_or_a_recipient(name: str, subject: str, value: str, sender: str) -> None:
    """Whatever stands in a name, a subject or a slot, the message has its headers, its one recipient and no more."""
    mailing = Mailing(
        name="m1",
        sender=Address("news@example.org", sender),
        subject="Hello %%greeting%%" + subject,
        text="text",
        html="<p>html</p>",
        lang="en",
        recipients=[],
        headers={"List-Id": "%%greeting%% <x.example.org>"},
    )
    recipient = Recipient(to=Address("ada@example.test", name), delivery="d1", slots={"%%greeting%%": value[:100]})

    message = written(mailing, recipient)

    assert [key for key in message.keys() if not key.startswith("Content-")] == [  # noqa: SIM118
        "From", "To", "Subject", "Date", "Message-ID", "List-Id", "MIME-Version",
    ]  # fmt: skip
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.test"]
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    """No line end of any kind is left, and doing it again changes nothing."""
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


def test_value_that_looks_like_a_tag_stays_as_it_is() -> None:
    """Somebody called %%unsubscribe_url%% does not get a link for a name."""
    slots = {"%%greeting%%": "Dear %%unsubscribe_url%%", "%%unsubscribe_url%%": "https://x"}

    assert fill("%%greeting%%: %%unsubscribe_url%%", slots) == "Dear %%unsubscribe_url%%: https://x"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n .=")))
def test_every_text_arrives_as_it_was_written(text: str) -> None:
    """In lines that any server takes, whatever is in it."""
    mailing = Mailing(
        name="m1", sender=Address("news@example.org"), subject="s", text=text, html=text, lang="en", recipients=[]
    )
    recipient = Recipient(to=Address("ada@example.test"), delivery="d1")

    raw = compose(mailing, recipient, now=NOW).as_bytes()

    parts = [str(part.get_content()) for part in message_from_bytes(raw, policy=default).iter_parts()]
    assert [part.replace("\r\n", "\n").rstrip("\n") for part in parts] == [text.rstrip("\n")] * (2 if text else 1)
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
