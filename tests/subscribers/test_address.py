"""Which addresses we take, and when two are the same."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from service.subscribers.address import Verdicts, accepted, email_key, limit_key, masked
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


ODD = [
    "", "@", "a@", "@b.org", "a@b", "a@b.org", "A@B.ORG", ".a@b.org", "a.@b.org", "a..b@c.org", "a.b@c.org",
    "a+tag@b.org", "o'brien@b.org", "!#$%&'*+-/=?^_`{|}~@b.org", "a b@c.org", "a@b c.org", "a@b.org ", "a@@b.org",
    "a@b@c.org", '"a"@b.org', '"a b"@c.org', '"a@b"@c.org', "a\\b@c.org", "a<b@c.org", "Ada <a@b.org>", "<a@b.org>",
    "a@[127.0.0.1]", "a@[IPv6:::1]", "a@127.0.0.1", "a@b.1", "a@b.c1", "a@-b.org", "a@b-.org", "a@b.-org", "a@b_c.org",
    "a@b..org", "a@.b.org", "a@b.org.", "a@xn--bcher-kva.org", "a@XN--BCHER-KVA.org", "a@bücher.org", "a@xn--a.org",
    "a@ab--c.org", "a@faß.de", "a@b。org", "a@b．org", "ä@b.org", "a\u0301@b.org", "a@\u0301b.org", "a＠b.org",
    "info@b.org", "INFO@b.org", "Postmaster@B.org", "Www@b.org", "Info.a@b.org", "a@localhost", "a@x.local", "a@test",
    "a@x.test", "a@x.invalid", "a@x.onion", "a@x.arpa", "a@1.xn--4dbc.com", "a@xn--4dbc.1.com", "a\x00@b.org",
    "a@b\x00.org", "a@b.org\n", "a\n@b.org", "a@b.org\r\nBcc: c@d.org", "a\u200b@b.org", "a@b\u200d.org", "'a@b.org",
    "a" * 64 + "@b.org", "a" * 65 + "@b.org", "a" * 248 + "@b.org", "a" * 249 + "@b.org", "a@" + "b" * 63 + ".org",
    "a@" + "b" * 64 + ".org", "a@" + ".".join(["b" * 60] * 4) + ".org", "ab@" + ".".join(["b" * 60] * 4) + ".orgx",
    "a" * 10 + "@" + ".".join(["b" * 60] * 4), "a" * 200 + "@" + "ü" * 20 + ".org", "a" * 190 + "@" + "ü" * 20 + ".org",
]  # fmt: skip
anything = st.text(st.sampled_from("aA1.@-+_'\"<> ü\u0301\x00[]:"), max_size=30)
looks_real = st.builds(
    "{}@{}.{}".format,
    st.text(st.sampled_from("aZ0.!#+-_'\"üİ "), max_size=70),
    st.text(st.sampled_from("aZ0.-_üß。xn"), max_size=70),
    st.sampled_from(["org", "ORG", "test", "local", "1", "xn--p1ai", "рф"]),
)


def verdict_of_the_library(typed: str) -> str | None:
    """What email-validator itself says: the address to keep, or None."""
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{found.ascii_domain}"


def fast_verdict(verdicts: Verdicts, typed: str) -> tuple[str, str] | None:
    """What the importer says."""
    try:
        return verdicts.of(typed)
    except BadAddress:
        return None


@pytest.mark.parametrize("typed", ODD)
def test_the_fast_verdict_on_odd_addresses_is_the_library_s_own(typed: str) -> None:
    """Accepted or refused, the form to keep and the form to compare; also when the domain is known by then."""
    verdicts = Verdicts()
    kept = verdict_of_the_library(typed)
    expected = None if kept is None else (kept, email_key(kept))

    assert fast_verdict(verdicts, typed) == fast_verdict(verdicts, typed) == expected


_REMEMBERING = Verdicts()


@given(st.one_of(addresses, anything, looks_real, st.emails(), st.text(max_size=40)))
@settings(max_examples=1500)
def test_the_fast_verdict_is_always_the_library_s_own(typed: str) -> None:
    """With the domains of all examples before it remembered."""
    kept = verdict_of_the_library(typed)

    assert fast_verdict(_REMEMBERING, typed) == (None if kept is None else (kept, email_key(kept)))


@given(st.integers(1, 260), st.integers(1, 63), st.booleans())
def test_the_limits_of_length_are_the_library_s_own(local: int, label: int, umlaut: bool) -> None:
    """254 octets, in every form that the domain has."""
    typed = "a" * local + "@" + ("ü" * label if umlaut else "b" * label) + ".example.org"
    kept = verdict_of_the_library(typed)

    assert (fast_verdict(_REMEMBERING, typed) is None) == (kept is None)


def test_remembered_domains_are_bounded() -> None:
    """A file of nothing but domains fills no memory."""
    verdicts = Verdicts()
    verdicts._MOST_DOMAINS = 3
    for number in range(10):
        verdicts.of(f"a@b{number}.org")

    assert len(verdicts._domains) <= 3


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
