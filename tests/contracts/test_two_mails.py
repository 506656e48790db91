"""Provably untracked: of one issue, two readers' mails differ in greeting, address and tokens, and in no other byte.

Read from what a real mail server received, and from what the provider was given.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.pacing import LocalPace
from service.delivery.presence import be_present
from service.delivery.start import start
from service.issues.compose import compose_next
from service.issues.model import IssueState
from service.mail.bulk import BulkMailer
from service.mail.sendgrid import SendGridMailer
from service.mail.smtp import SmtpMailer
from service.subscribers.model import Subscriber
from tests.issues.paper import a_newsletter, a_story, an_article
from tests.journeys.content import confirmed_readers
from tests.standins.sendgrid import SendGridStandin
from tests.standins.smtp import SmtpStandin

KEY = "SG.only-for-tests"
NAMES = ("Ada", "Bartholomew Ó Súilleabháin & Co")
TOKEN = r"[A-Za-z0-9_-]{20,}"

Transport = Callable[[Services], AbstractContextManager[tuple[BulkMailer, Callable[[], list[str]]]]]


@pytest.fixture
def issue_id(services: Services) -> int:
    """An issue with a story and an article, due now, for two readers with names of their own."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")
        issue = compose_next(uow, paper, services.clock())
        issue.state, issue.send_at = IssueState.SCHEDULED, services.clock()
    confirmed_readers(services, paper.id, 2)
    with services.database.unit() as uow:
        for email, name in zip(("reader0@example.test", "reader1@example.test"), NAMES, strict=True):
            uow.session.execute(update(Subscriber).where(Subscriber.email_key == email).values(name=name))
    return issue.id


@contextmanager
def smtp(services: Services) -> Iterator[tuple[BulkMailer, Callable[[], list[str]]]]:
    """A mail server, and every byte that it received, mail by mail."""
    with SmtpStandin() as server, closing(SmtpMailer(server.url, clock=services.clock)) as mailer:
        yield mailer, lambda: [one.raw.decode() for one in server.messages()]


@contextmanager
def sendgrid(services: Services) -> Iterator[tuple[BulkMailer, Callable[[], list[str]]]]:
    """The provider, and everything that it was told of each mail."""
    with (
        SendGridStandin(api_key=KEY) as server,
        closing(SendGridMailer(KEY, server.url, clock=services.clock)) as mailer,
    ):
        yield mailer, lambda: [spelled(asdict(one)) for one in server.messages()]


def spelled(told: dict[str, Any]) -> str:
    """A mail as it was described to the provider: one line a field, headers and custom arguments among them."""
    more = told.pop("headers") | told.pop("custom_args")
    return "\n".join(f"{name}: {value}" for name, value in (told | more).items())


def send(services: Services, issue_id: int, mailer: BulkMailer) -> None:
    """Start the issue, and hand everything over."""
    with services.database.unit() as uow:
        assert start(uow, issue_id, services.head, batch_size=10, slots=1, now=services.clock())
    here = be_present(services.database, services.settings.var / "workers")
    Drain(services.database, mailer, services.head, here, LocalPace(), services.clock, lambda: False).run(issue_id)
    here.leave()


def anonymous(mail: str) -> str:
    """A mail without what may be the reader's own: line ends, greeting, To, tokens, and when it was taken."""
    mail = re.sub(r"=\r\n", "", mail)
    mail = re.sub(r"(?m)^(To|to|fate|accepted_at): .*(\r?\n[ \t].*)*", r"\1:", mail)
    mail = re.sub(r"Hello( [^,\r\n<]+)?,", "Hello,", mail)
    mail = re.sub(rf"(/unsubscribe/|/preferences/|delivery: |unsub\+|<issue-\d+\.){TOKEN}", r"\1", mail)
    return mail


@pytest.mark.parametrize("transport", [smtp, sendgrid])
def test_two_mails_differ_in_greeting_address_and_tokens_alone(
    services: Services, issue_id: int, transport: Transport
) -> None:
    """No pixel, no link of one's own but the two that need one, no header that counts."""
    with transport(services) as (mailer, received):
        send(services, issue_id, mailer)
        one, two = received()

    assert one != two
    assert anonymous(one) == anonymous(two)
    assert "The bench" in one


@pytest.mark.parametrize("transport", [smtp, sendgrid])
def test_links_to_our_pages_say_the_issue_and_nothing_else(
    services: Services, issue_id: int, transport: Transport
) -> None:
    """The same number for every reader; the two links of one's own say it as well."""
    with transport(services) as (mailer, received):
        send(services, issue_id, mailer)
        mails = [re.sub(r"=\r\n", "", mail).replace("=3D", "=") for mail in received()]

    links = {urlsplit(link)[2:4] for mail in mails for link in re.findall(r"http://localhost/[^\s\"'<>]+", mail)}
    marked = {path.split("/")[1] for path, query in links if query == f"issue={issue_id}"}
    assert marked == {"stories", "understanding", "newsletter", "unsubscribe", "preferences"}
    assert {query for _, query in links} == {"", f"issue={issue_id}"}
