"""What a key may do is asked, and what it may not do is named with its price."""

from contextlib import closing

import pytest

from service.mail.schedule import ProviderAway
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_scopes import SEND, WHAT_FOR, drawbacks, missing, scopes_of
from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY


def test_a_key_with_everything_misses_nothing() -> None:
    """The scopes of the stand-in's account are those we ask for."""
    with SendGridStandin(api_key=KEY) as standin, closing(SendGridClient(KEY, standin.url)) as client:
        assert missing(scopes_of(client)) == {}


def test_each_missing_scope_is_named_with_what_does_not_work() -> None:
    """A key that may only send."""
    lost = missing(frozenset({SEND}))

    assert set(lost) == set(WHAT_FOR) - {SEND}
    assert "ahead of time" in lost["mail.batch.create"]


def test_a_wrong_key_is_told_about_regions() -> None:
    """A key of the EU is unknown at the other host."""
    with (
        SendGridStandin(api_key=KEY) as standin,
        closing(SendGridClient("SG.wrong", standin.url)) as client,
        pytest.raises(ProviderAway, match=r"api\.eu\.sendgrid\.com"),
    ):
        scopes_of(client)


def test_a_key_that_may_rule_the_account_is_too_powerful() -> None:
    """Whoever finds it could take the account over."""
    said = list(drawbacks(frozenset({*WHAT_FOR, "api_keys.create"})))

    assert len(said) == 1
    assert "api_keys.create" in said[0]
