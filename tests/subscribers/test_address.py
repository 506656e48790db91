"""Which addresses we take, and when two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.subscribers.address import accepted, email_key, limit_key, masked
from service.subscribers.errors import BadAddress

locals_ = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,2}", fullmatch=True)
domains = st.from_regex(r"[a-z][a-z0-9]{0,8}\.(test|org|de)", fullmatch=True)
addresses = st.builds("{}@{}".format, locals_, domains)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ada@example.test", "ada@example.test"),
        ("  Ada.L@Example.TEST ", "Ada.L@example.test"),
        ("ada+news@example.test", "ada+news@example.test"),
        ("ada@bücher.example.org", "ada@xn--bcher-kva.example.org"),
    ],
)
def test_keeps_an_address_as_typed_with_a_domain_that_mail_servers_read(typed: str, kept: str) -> None:
    """The first part stays as it was typed; only its owner's server knows whether its case matters."""
    assert accepted(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.test",
        "ada@localhost",
        "ada@example..test",
        "ada@example.test\r\nBcc: mal@example.test",
        "ada@example.test, mal@example.test",
        "<script>@example.test",
        '"ada mal"@example.test',
        "ada@[127.0.0.1]",
        "jürgen@example.test",
        "a" * 1_000_000 + "@example.test",
    ],
)
def test_refuses_what_cannot_be_written_to(typed: str) -> None:
    """No line end, no second address and no markup gets past the form."""
    with pytest.raises(BadAddress):
        accepted(typed)


@given(addresses, st.data())
def test_case_and_script_of_the_domain_do_not_make_another_address(address: str, data: st.DataObject) -> None:
    """However it is capitalised, it is the same subscriber."""
    shouted = "".join(data.draw(st.sampled_from([char, char.upper()])) for char in address)

    assert email_key(shouted) == email_key(address) == email_key(email_key(address))


def test_a_domain_is_the_same_in_both_of_its_forms() -> None:
    """Unicode and IDNA."""
    assert email_key("ada@Bücher.example.org") == email_key("ada@xn--bcher-kva.example.org")


@given(st.text())
def test_any_text_has_a_key(text: str) -> None:
    """Providers report odd addresses; comparing them never fails."""
    assert email_key(email_key(text)) == email_key(email_key(email_key(text)))
    assert isinstance(limit_key(text), str)


@given(addresses, st.from_regex(r"[a-z0-9]{0,6}", fullmatch=True))
def test_a_plus_tag_leads_to_the_same_mailbox(address: str, tag: str) -> None:
    """For limits only: as subscribers they stay two."""
    local, _, domain = address.partition("@")
    tagged = f"{local}+{tag}@{domain}"

    assert limit_key(tagged) == limit_key(address)
    assert email_key(tagged) != email_key(address)


@given(st.from_regex(r"[a-z]{2,8}(\.[a-z]{1,4}){0,3}", fullmatch=True))
def test_dots_do_not_matter_at_google_and_do_elsewhere(local: str) -> None:
    """Google ignores them, others do not."""
    assert limit_key(f"{local}@googlemail.com") == limit_key(f"{local.replace('.', '')}@gmail.com")
    assert limit_key(f"{local}@example.test") == f"{local}@example.test"


def test_a_mask_shows_the_first_letter_and_the_domain() -> None:
    """Enough for Ada, too little for Mal."""
    assert masked("ada@example.test") == "a•••@example.test"
