"""`storywell doctor` about SendGrid: what a key may not do is named with its price, and mail leaves all the same."""

from collections.abc import Iterator

import pytest

from service.cli.doctor import Ill, check_sendgrid
from service.settings import Settings, Transport
from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """An account that may do everything."""
    with SendGridStandin(api_key=KEY) as standin:
        yield standin


def settings_for(standin: SendGridStandin, **values: str) -> Settings:
    """Settings that point at the stand-in."""
    known = {"sendgrid_api_key": KEY, "sendgrid_webhook_key": standin.webhook_public_key}
    return Settings(mail_transport=Transport.SENDGRID, sendgrid_api_url=standin.url, **{**known, **values})  # type: ignore[arg-type]


def test_a_good_key_is_good(standin: SendGridStandin) -> None:
    """One line."""
    assert check_sendgrid(settings_for(standin)) == "the key may send, at 127.0.0.1"


def test_each_missing_scope_is_named(standin: SendGridStandin) -> None:
    """With what will not work."""
    standin.configure(scopes=["mail.send", "suppression.read"])
    words = check_sendgrid(settings_for(standin))

    assert "without mail.batch.create: nothing is handed over ahead of time" in words
    assert "without user.scheduled_sends.create: mail that was handed over ahead of time cannot be called back" in words
    assert "suppression.read" not in words


def test_a_key_that_may_not_send_is_ill(standin: SendGridStandin) -> None:
    """Nothing else matters then."""
    standin.configure(scopes=["mail.batch.create"])
    with pytest.raises(Ill, match=r"needs the scope mail\.send"):
        check_sendgrid(settings_for(standin))


def test_a_key_of_the_other_region_is_explained(standin: SendGridStandin) -> None:
    """The most common mistake of an account in the EU."""
    with pytest.raises(Ill, match=r"https://api\.eu\.sendgrid\.com"):
        check_sendgrid(settings_for(standin, sendgrid_api_key="SG.other"))


def test_without_a_webhook_key_it_is_ill(standin: SendGridStandin) -> None:
    """Bounces and complaints would go unheard."""
    with pytest.raises(Ill, match="SENDGRID_WEBHOOK_KEY"):
        check_sendgrid(settings_for(standin, sendgrid_webhook_key=""))
