"""Every kind of address in a mail, each with a sentence, and none forgotten."""

import pytest

from service.reports.mail_links import addresses, kinds_of

SITE = "https://news.example.org"


def examples(html: str, text: str = "") -> list[str]:
    """What the page would show of a mail."""
    return [found.kind.example for found in kinds_of(addresses(html, text), SITE)]


@pytest.mark.parametrize(
    ("address", "example"),
    [
        ("%%unsubscribe_url%%", "/unsubscribe/…?issue=…"),
        ("%%preferences_url%%", "/preferences/…?issue=…"),
        (f"{SITE}/stories/the-bench?issue=15", "/stories/…?issue=…"),
        (f"{SITE}/stories/share?issue=15", "/stories/share?issue=…"),
        (f"{SITE}/newsletter/june", "/newsletter/…"),
        (f"{SITE}/understanding/remission?who=ada", "/…/…?who=…"),
        (f"{SITE}/a/b/c", "/…"),
        (SITE, "/"),
        ("https://news.example.org.evil.test/x", "https://news.example.org.evil.test/"),
        ("https://elsewhere.test/a/b?c", "https://elsewhere.test/"),
        ("tel:116123", "tel:…"),
        ("mailto:help@example.org", "mailto:…"),
        ("ftp://old.test/x", "ftp:…"),
    ],
)
def test_every_address_has_a_kind(address: str, example: str) -> None:
    """Also one that nobody expected, and a parameter that nobody expected on a page of ours."""
    assert examples(f'<a href="{address}">x</a>') == [example]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://pixel.test/o.gif?reader=7">',
        "<td background='https://pixel.test/o.gif'>",
        '<p style="background: url(https://pixel.test/o.gif)">',
    ],
)
def test_a_picture_from_elsewhere_would_be_shown_as_what_it_is(html: str) -> None:
    """The page cannot say that nothing is loaded when something is."""
    [found] = kinds_of(addresses(html, ""), SITE)

    assert found.kind.loaded
    assert "pixel.test" in found.kind.sentence


def test_a_picture_in_the_mail_itself_is_not_loaded() -> None:
    """It came with it."""
    [found] = kinds_of(addresses('<img src="data:image/png;base64,AAAA">', ""), SITE)

    assert not found.kind.loaded


def test_each_address_is_counted_once() -> None:
    """It stands in the HTML and in the text."""
    story = f"{SITE}/stories/the-bench?issue=15"
    [found] = kinds_of(addresses(f'<a href="{story}">', f"Read it: {story}\n"), SITE)

    assert found.addresses == 1
