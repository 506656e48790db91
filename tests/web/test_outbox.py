"""The outbox in the browser."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.bootstrap import Services
from service.mail.message import Address, Mailing, Recipient
from service.mail.outbox import OutboxMailer
from service.settings import Settings, Transport
from tests.cast import ADA, NOW


@pytest.fixture
def mailing() -> Mailing:
    """A mail to Ada."""
    return Mailing(
        name="letter",
        sender=Address("news@example.test", "Storywell"),
        subject="Hello <Ada>",
        text="Press http://localhost/confirm/abc to say yes.",
        html='<html><head><title>x</title></head><body style="color:red"><a href="/confirm/abc">Yes</a></body></html>',
        lang="en-GB",
        recipients=[Recipient(to=Address(ADA), delivery="one")],
    )


@pytest.fixture
def mailer(settings: Settings) -> OutboxMailer:
    """The transport that writes the files."""
    return OutboxMailer(settings.outbox, clock=lambda: NOW)


def test_an_empty_outbox_says_so(client: FlaskClient) -> None:
    """Before the first mail there is not even a folder."""
    assert "There is no mail yet" in client.get("/outbox").text


def test_mails_are_listed_newest_first(client: FlaskClient, mailer: OutboxMailer, mailing: Mailing) -> None:
    """With whom they are for."""
    mailer.hand_over(mailing)
    later = OutboxMailer(mailer._folder, clock=lambda: NOW.replace(hour=23))
    later.hand_over(replace(mailing, subject="Later", recipients=[replace(mailing.recipients[0], delivery="two")]))

    page = client.get("/outbox").text

    assert page.index("Later") < page.index("Hello &lt;Ada&gt;")
    assert ADA in page


def test_a_mail_is_shown_wide_and_as_on_a_phone(client: FlaskClient, mailer: OutboxMailer, mailing: Mailing) -> None:
    """Both frames hold the HTML part, and keep it from doing anything but open links."""
    mailer.hand_over(mailing)
    page = client.get("/outbox/one.eml").text

    assert page.count('src="/outbox/one.eml/html"') == 2
    assert page.count("sandbox=") == 2
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page


def test_the_html_part_may_have_styles_and_nothing_else(
    client: FlaskClient, mailer: OutboxMailer, mailing: Mailing
) -> None:
    """No script and nothing from elsewhere; links open in a tab of their own."""
    mailer.hand_over(mailing)
    answer = client.get("/outbox/one.eml/html")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert '<base target="_blank">' in answer.text
    assert 'style="color:red"' in answer.text


def test_the_text_part_has_links_to_press(client: FlaskClient, mailer: OutboxMailer, mailing: Mailing) -> None:
    """As a mail program makes them."""
    mailer.hand_over(mailing)

    assert 'href="http://localhost/confirm/abc"' in client.get("/outbox/one.eml/text").text


def test_the_headers_are_shown(client: FlaskClient, mailer: OutboxMailer, mailing: Mailing) -> None:
    """All of them, as text."""
    mailer.hand_over(replace(mailing, headers={"List-Id": "<monthly.example.test>"}))

    assert "&lt;monthly.example.test&gt;" in client.get("/outbox/one.eml/headers").text


@pytest.mark.parametrize("name", ["none.eml", "..%2f..%2fetc%2fpasswd", "%2e%2e", ".hidden.eml", "one"])
@pytest.mark.parametrize("tab", ["", "/html", "/text", "/headers"])
def test_an_unknown_name_is_a_404(client: FlaskClient, name: str, tab: str) -> None:
    """Also one that points elsewhere."""
    assert client.get(f"/outbox/{name}{tab}").status_code == 404


def test_mails_are_kept_by_no_cache(client: FlaskClient, mailer: OutboxMailer, mailing: Mailing) -> None:
    """They hold links that are keys."""
    mailer.hand_over(mailing)

    for path in ("/outbox", "/outbox/one.eml", "/outbox/one.eml/html"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_there_is_no_outbox_with_a_real_transport(services: Services) -> None:
    """Then mails leave, and nobody reads them on the way."""
    settings = replace(services.settings, mail_transport=Transport.SMTP)
    app: Flask = create_app(replace(services, settings=settings))

    assert app.test_client().get("/outbox").status_code == 404
