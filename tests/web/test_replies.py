"""Replies to an issue: the provider hands them over, we count one, and forget the rest."""

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.issues.counts import Counted, totals
from tests.issues.gone_out import an_issue
from tests.web.test_inbound import mail, post

TO = "stories@news.example.org"


@pytest.fixture
def issue_id(services: Services) -> int:
    """An issue that went out."""
    return an_issue(services)


def replies(services: Services, issue_id: int) -> int:
    """How many were counted."""
    with services.database.read() as session:
        return totals(session, [issue_id]).get((issue_id, Counted.REPLY), 0)


@pytest.mark.parametrize("field", ["headers", "email"])
def test_a_reply_is_counted(client: FlaskClient, services: Services, issue_id: int, field: str) -> None:
    """In either of the provider's modes; who and what is in no row."""
    head = f"To: {TO}\nFrom: ada@example.test\nSubject: Re: June\nIn-Reply-To: <issue-{issue_id}.r8f2@x.test>\n\nSecret"
    assert post(client, **{**mail(TO, headers=""), field: head}) == 200

    assert replies(services, issue_id) == 1


@pytest.mark.parametrize("line", ["", "Auto-Submitted: auto-replied\n"])
def test_other_mail_is_answered_alike_and_not_counted(
    client: FlaskClient, services: Services, issue_id: int, line: str
) -> None:
    """A first letter, and an out-of-office note."""
    answers = f"In-Reply-To: <issue-{issue_id}.r8f2@x.test>\n" if line else ""
    assert post(client, **mail(TO, headers=f"To: {TO}\n{line}{answers}")) == 200

    assert replies(services, issue_id) == 0


@pytest.mark.parametrize("subject", ["=?utf-8?q?broken=ZZ?=", "=?nonsense?b?AAAA?=", "\x00\x01", "Re: " * 5000])
def test_a_broken_subject_harms_nothing(client: FlaskClient, issue_id: int, subject: str) -> None:
    """It answers nothing."""
    assert post(client, **mail(TO, headers=f"To: {TO}\nSubject: {subject}\n")) == 200
