"""The red button behind the link in the mail: a scanner that follows it stops nothing, a press stops everything."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.mails import Told, tell_people
from service.delivery.start import start
from service.editors.model import Editor, TrailEntry
from service.editors.trail import note
from service.issues.model import Issue, IssueState
from service.mail.notices import due_notices, send_notice
from service.tokens import Purpose
from tests.cast import NOW
from tests.conftest import Postbox
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers


@pytest.fixture
def leaving(services: Services, eve: Editor) -> int:
    """An issue for three readers that Eve scheduled, and that has begun to leave."""
    newsletter = a_newsletter(services)
    confirmed_readers(services, newsletter, 3)
    issue_id = a_scheduled_issue(services, newsletter, NOW)
    with services.database.unit() as uow:
        note(uow, eve, "scheduled", f"issue:{issue_id}", now=NOW)
    with services.database.unit() as uow:
        assert start(uow, issue_id, services.head, batch_size=2, slots=1, now=services.clock())
    return issue_id


@pytest.fixture
def link(services: Services, leaving: int, eve: Editor) -> str:
    """The path of Eve's link."""
    return f"/stop/{services.tokens.seal(Purpose.STOP, Told(leaving, eve.id).number)}"


def state(services: Services, issue_id: int) -> IssueState:
    """Where the issue stands."""
    with services.database.read() as session:
        return session.get_one(Issue, issue_id).state


def test_eve_is_told_and_her_mail_has_the_link(services: Services, leaving: int, link: str, postbox: Postbox) -> None:
    """She scheduled it."""
    with services.database.read() as session:
        notices = due_notices(session, services.clock())
    for notice in notices:
        send_notice(
            services.database, postbox, services.head, services.composers, notice, clock=services.clock
        )  # fmt: skip

    assert [mailing.recipients[0].to.email for mailing in postbox.mailings] == ["eve@example.test"]
    assert link in postbox.mailings[0].text
    assert link in postbox.mailings[0].html


def test_looking_stops_nothing(services: Services, client: FlaskClient, leaving: int, link: str) -> None:
    """Mail scanners follow links."""
    page = client.get(link)

    assert page.status_code == 200
    assert "Stop now" in page.text
    assert state(services, leaving) is IssueState.SENDING


def test_a_press_stops_it_and_says_who_has_it(services: Services, client: FlaskClient, leaving: int, link: str) -> None:
    """Without signing in, without a cookie; and the trail says who it was."""
    answer = client.post(link, follow_redirects=True)

    assert "Stopped" in answer.text
    assert "<strong>0 readers</strong> have it" in answer.text
    assert "<strong>3 readers</strong> have not got it" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert state(services, leaving) is IssueState.STOPPED
    with services.database.read() as session:
        verbs = session.execute(select(TrailEntry.verb, TrailEntry.editor_id)).all()
    assert ("stopped", 1) in [tuple(row) for row in verbs]


def test_a_second_press_is_harmless(services: Services, client: FlaskClient, leaving: int, link: str) -> None:
    """A nervous thumb."""
    client.post(link)

    assert client.post(link, follow_redirects=True).status_code == 200
    assert state(services, leaving) is IssueState.STOPPED


def test_a_link_of_somebody_who_left_the_team_does_nothing(
    services: Services, client: FlaskClient, leaving: int, link: str, eve: Editor
) -> None:
    """Her account is closed."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, eve.id).active = False

    assert client.post(link).status_code == 404
    assert state(services, leaving) is IssueState.SENDING


def test_a_made_up_link_does_nothing(client: FlaskClient, leaving: int) -> None:
    """Mal guesses."""
    assert client.get(f"/stop/{'x' * 22}").status_code == 404
    assert client.post(f"/stop/{'x' * 22}").status_code == 404


def test_a_readers_token_is_no_stop_link(services: Services, client: FlaskClient, leaving: int, eve: Editor) -> None:
    """Each purpose has a key of its own."""
    other = services.tokens.seal(Purpose.SUBSCRIPTION, Told(leaving, eve.id).number)

    assert client.post(f"/stop/{other}").status_code == 404


def test_nobody_is_told_of_what_was_stopped_already(
    services: Services, client: FlaskClient, leaving: int, link: str, postbox: Postbox
) -> None:
    """The mail waits for a worker; by then there is nothing to stop."""
    client.post(link)
    with services.database.unit() as uow:
        tell_people(uow, uow.session.get_one(Issue, leaving), "sending_started", now=services.clock())
    with services.database.read() as session:
        notices = due_notices(session, services.clock())
    for notice in notices:
        send_notice(
            services.database, postbox, services.head, services.composers, notice, clock=services.clock
        )  # fmt: skip

    assert postbox.mailings == []
