"""What the mail tests share: a mailing to Ada, a clock, and servers that really receive."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.mail.message import Address, Mailing, Recipient
from service.mail.rendering import Templates
from tests.cast import ADA, BEN
from tests.mail.sample import SLOTS
from tests.standins.smtp import SmtpStandin


@pytest.fixture
def ada() -> Recipient:
    """Ada, with her greeting and her links."""
    return Recipient(to=Address(ADA, "Ada"), delivery="d-ada", slots=SLOTS)


@pytest.fixture
def mailing(ada: Recipient) -> Mailing:
    """A small issue to Ada alone."""
    return Mailing(
        name="m42",
        sender=Address("news@mail.example.org", "Know ALL"),
        reply_to=Address("stories@example.org"),
        subject="June: asking questions",
        text="%%greeting%%\n\nThe list.\n.\n.dots\n\nUnsubscribe: %%unsubscribe_url%%\n",
        html='<p>%%greeting_html%% The list.</p><a href="%%unsubscribe_url%%">Unsubscribe</a>',
        lang="en-GB",
        recipients=[ada],
        headers={
            "List-Unsubscribe": "<%%unsubscribe_url%%>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": "Know ALL monthly <monthly.example.org>",
        },
    )


@pytest.fixture
def two(mailing: Mailing, ada: Recipient) -> Mailing:
    """The mailing to Ada and to Ben."""
    ben = Recipient(
        to=Address(BEN, "Ben; B,"),
        delivery="d-ben",
        slots=SLOTS | {"%%greeting%%": "Dear Ben,", "%%unsubscribe_url%%": "https://news.example.org/unsubscribe/ben"},
    )
    return replace(mailing, recipients=[ada, ben])


@pytest.fixture
def smtp() -> Iterator[SmtpStandin]:
    """A mail server without encryption or sign-in."""
    with SmtpStandin() as server:
        yield server


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The templates of the house."""
    return Templates()
