"""A circular as bytes with holes: the same mail as the library would make, filled in a few microseconds."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.bulk import Circular, Group, Slot, spell_out
from service.mail.compiled import CompiledMail, date_bytes, quoted
from service.mail.message import Address, Rejected
from service.mail.mime import compose, mailbox, one_line
from tests.cast import ADA, NOW

WORDS = ["Dear Ada,", "Dear Ada &amp;c,", "uK3rT0ken"]
LINK = "https://news.example.org/unsubscribe/"
ANYTHING = (
    st.text()
    | st.text(alphabet='a\r\n\0\x0b\x85\u2028 :<>@,;"=?é.\ud800')
    | st.text(alphabet="אבגدهو🏳️‍🌈👩‍🔬 .=")
    | st.text(alphabet="a=", min_size=70, max_size=90)
)
PRINTED = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n .="))

CIRCULAR = Circular(
    key=1,
    name="issue-1",
    sender=Address("news@mail.example.org", "Know ALL, Müller"),
    reply_to=Address("stories@example.org"),
    subject="June: asking questions",
    text="%%greeting%%\n\nThe list.\n.\n.dots\n\nUnsubscribe: %%link%%\n",
    html='<p>%%greeting_html%% The list.</p><a href="%%link%%">Unsubscribe</a>',
    lang="en-GB",
    slots=[
        Slot(tag="%%greeting%%", column=0),
        Slot(tag="%%greeting_html%%", column=1),
        Slot(tag="%%link%%", column=2, before=LINK, token=True),
    ],
    headers={"List-Unsubscribe": "<%%link%%>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)


def written(circular: Circular, name: str = "Ada", words: list[str] = WORDS, to: str = ADA) -> bytes:
    """The message to Ada as DATA would carry it."""
    return CompiledMail(circular).write("d-ada", mailbox(to), name, words, date=date_bytes(NOW))


def unstuffed(raw: bytes) -> bytes:
    """What the server keeps: no closing dot, and one dot less at the beginning of lines (RFC 5321, 4.5.2)."""
    assert raw.endswith(b"\r\n.\r\n")
    lines = raw[:-3].split(b"\r\n")
    assert b"." not in lines
    return b"\r\n".join(line.removeprefix(b".") for line in lines)


def composed(circular: Circular, name: str = "Ada", words: list[str] = WORDS) -> bytes:
    """What the library makes of the same words."""
    columns = [[word] for word in words]
    group = Group(batch_id=1, deliveries=["d-ada"], addresses=[ADA], names=[name], words=columns)
    mailing = spell_out(circular, group)
    return compose(mailing, mailing.recipients[0], now=NOW).as_bytes()


def headers(raw: bytes) -> list[tuple[str, str]]:
    """Every header, decoded."""
    message = message_from_bytes(raw, policy=compat32)
    return [(key, " ".join(str(make_header(decode_header(str(value)))).split())) for key, value in message.items()]


def shown(raw: bytes) -> tuple[str, str]:
    """The name and the address in To, as a mail program shows them."""
    field = message_from_bytes(raw, policy=compat32)["To"]
    name, address = parseaddr(str(field).replace("\r\n", ""))
    return " ".join(str(make_header(decode_header(name))).split()), address


def bodies(raw: bytes) -> dict[str, str]:
    """The text of each part, with one line end for all kinds of them."""
    message: EmailMessage = message_from_bytes(raw, policy=default)
    parts = message.iter_parts()
    return {part.get_content_type(): "\n".join(str(part.get_content()).splitlines()) for part in parts}


def test_message_is_what_the_library_would_make() -> None:
    """Header for header, word for word."""
    ours, theirs = unstuffed(written(CIRCULAR)), composed(CIRCULAR)

    assert headers(ours) == headers(theirs)
    assert bodies(ours) == bodies(theirs)
    assert LINK + "uK3rT0ken" in bodies(ours)["text/plain"]


@given(name=ANYTHING, greeting=ANYTHING)
def test_whatever_people_are_called(name: str, greeting: str) -> None:
    """Right to left, with flags and dots and torn characters: name and greeting arrive, and nothing else changes."""
    tidy = re.sub("\r\n?", "\n", greeting)

    ours = unstuffed(written(CIRCULAR, name, [greeting, greeting, "uK3rT0ken"]))
    theirs = composed(CIRCULAR, name, [tidy, tidy, "uK3rT0ken"])

    assert [key for key, _ in headers(ours)] == [key for key, _ in headers(theirs)]
    assert shown(ours) == (" ".join(one_line(name).split()), ADA)
    assert bodies(ours) == bodies(theirs)


@given(PRINTED, PRINTED)
def test_every_text_arrives_as_it_was_written(before: str, after: str) -> None:
    """In lines that any server takes, with a hole in the middle."""
    circular = replace(
        CIRCULAR,
        text=f"{before}%%greeting%%{after}%%link%%",
        html=f"{before}%%greeting_html%%{after}%%link%%",
    )

    raw = written(circular)

    assert bodies(unstuffed(raw)) == bodies(composed(circular))
    _, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 77, "76, and the dot that is taken off again"
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(subject=ANYTHING, value=ANYTHING, name=ANYTHING)
def test_nobody_can_add_a_header_or_a_recipient(subject: str, value: str, name: str) -> None:
    """Whatever stands in a subject, a name or a word that a header holds."""
    open_headers = {**CIRCULAR.headers, "List-Id": "%%greeting%% <x.example.org>"}
    circular = replace(CIRCULAR, subject="Hello %%greeting%%" + subject, headers=open_headers)

    raw = unstuffed(written(circular, name, [value[:100], "", "t"]))

    assert [key for key, _ in headers(raw) if not key.startswith("Content-")] == [
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
        "List-Id", "MIME-Version",
    ]  # fmt: skip
    assert [address.addr_spec for address in message_from_bytes(raw, policy=default)["To"].addresses] == [ADA]


def test_subject_with_a_name_in_it_is_read_as_it_was_meant() -> None:
    """Other alphabets too."""
    circular = replace(CIRCULAR, subject="%%greeting%% يونيو")

    assert dict(headers(written(circular, words=["Zoë:", "", "t"])))["Subject"] == "Zoë: يونيو"


def test_long_token_is_wrapped_in_the_text_and_refused_in_a_header() -> None:
    """A link in a header must stay on one line."""
    bodily = replace(CIRCULAR, headers={})

    assert LINK + "x" * 200 in bodies(written(bodily, words=["", "", "x" * 200]))["text/plain"]
    with pytest.raises(Rejected):
        written(CIRCULAR, words=["", "", "x" * 200])


def test_circular_without_html_is_plain_text_only() -> None:
    """One part."""
    assert list(bodies(written(replace(CIRCULAR, html="")))) == ["text/plain"]


@pytest.mark.parametrize("name", ["Bcc", "To", "Subject", "X:Y", "X\nBcc", ""])
def test_header_that_is_not_ours_to_set_is_refused(name: str) -> None:
    """When the text is compiled, before anybody is written to."""
    with pytest.raises(Rejected):
        CompiledMail(replace(CIRCULAR, headers={name: "x"}))


@pytest.mark.parametrize(
    "change", [{"sender": Address("nobody")}, {"name": "a b"}, {"headers": {"List-Help": "x" * 1000}}]
)
def test_text_that_no_mail_can_hold_is_refused(change: dict[str, object]) -> None:
    """A sender, an id, a line."""
    with pytest.raises(Rejected):
        CompiledMail(replace(CIRCULAR, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize("delivery", ["", "a b", "a\n", "a@b", "a>", "é"])
def test_id_that_is_not_plain_is_refused(delivery: str) -> None:
    """It stands in Message-ID."""
    with pytest.raises(Rejected):
        CompiledMail(CIRCULAR).write(delivery, ADA, "Ada", WORDS, date=b"")


@given(ANYTHING)
def test_quoted_text_begins_and_ends_at_the_beginning_of_a_line(text: str) -> None:
    """So that pieces can be put together without looking at them."""
    piece = quoted(text)

    assert not piece or piece.endswith(b"\r\n")
    assert all(len(line) <= 77 for line in piece.split(b"\r\n"))
    assert b"\r\n.\r\n" not in b"\r\n" + piece
