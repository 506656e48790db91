"""Letters to one person."""

import pytest

from service.links import Links
from service.mail.accessibility import faults
from service.mail.letterhead import Letterhead
from service.mail.message import Address
from service.mail.rendering import Templates
from service.tokens import Tokens
from tests.cast import ADA
from tests.mail.sample import issue


@pytest.fixture
def head(templates: Templates) -> Letterhead:
    """The letterhead of Know ALL."""
    tokens = Tokens((b"a-secret-that-only-the-tests-know-0123456789",))
    return Letterhead(
        links=Links("https://news.example.org", tokens),
        tokens=tokens,
        sender=Address("news@mail.example.org", "Know ALL"),
        reply_to=Address("stories@example.org"),
        organisation="Know ALL Demo",
        postal_address="1 Example Street, Exampleton EX1 2MP",
        templates=templates,
    )


WORDS = {key: value for key, value in issue().items() if key not in {"organisation", "postal_address", "site_url"}}


def test_letter_goes_to_one_person_and_says_a_machine_wrote_it(head: Letterhead) -> None:
    """RFC 3834: no out-of-office reply to it, please."""
    letter = head.letter("issue", Address(ADA, "Ada"), lang="en", **WORDS)

    assert [recipient.to for recipient in letter.recipients] == [Address(ADA, "Ada")]
    assert letter.headers["Auto-Submitted"] == "auto-generated"
    assert (letter.sender, letter.reply_to, letter.lang) == (head.sender, head.reply_to, "en")


def test_letter_has_the_heads_words_in_it(head: Letterhead) -> None:
    """Who we are and where we live, in both parts."""
    letter = head.letter("issue", Address(ADA), lang="en", **WORDS)

    for part in (letter.text, letter.html):
        assert head.organisation in part
        assert head.postal_address in part
    assert faults(letter.html, letter.text) == []


def test_provider_cannot_tell_letters_apart(head: Letterhead) -> None:
    """Their name is the same and their delivery ids are random: the template says too much about a person."""
    one, other = (head.letter("issue", Address(ADA), lang="en", **WORDS) for _ in range(2))

    assert one.name == other.name == "letter"
    assert one.recipients[0].delivery != other.recipients[0].delivery


def test_letter_may_have_headers_of_its_own(head: Letterhead) -> None:
    """Beside the usual ones."""
    letter = head.letter("issue", Address(ADA), lang="en", headers={"X-Entity-Ref-ID": "7"}, **WORDS)

    assert {"X-Entity-Ref-ID", "Auto-Submitted"} <= set(letter.headers)
