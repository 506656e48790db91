"""Save and finish later: a link by mail, for sixty days, on any device."""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.bootstrap import Services
from service.mail.model import Notice
from service.stories.drafts import LASTS, warn_of_ending
from tests.cast import ADA, NOW
from tests.conftest import Clock, Postbox
from tests.web.teller import only_draft, post


def test_every_page_can_be_saved_for_later(client: FlaskClient, services: Services, draft: str) -> None:
    """Half an answer is kept, and nothing is asked for first."""
    page = client.post(f"{draft}/title", data={"title": "Half a", "later": "yes"})

    assert page.headers["Location"] == f"{draft}/later"
    assert only_draft(services).answers == {"title": "Half a"}


def test_the_mailed_link_leads_back_on_another_device(
    client: FlaskClient, app: Flask, services: Services, draft: str, postbox: Postbox
) -> None:
    """To the open question; the subject says nothing of a story."""
    client.post(f"{draft}/who", data={"role": "patient"})
    assert client.post(f"{draft}/later", data={"email": ADA}).headers["Location"] == f"{draft}/later/sent"
    assert ADA in client.get(f"{draft}/later/sent").text
    post(services, postbox)

    mail = postbox.mailings[-1]
    assert "story" not in mail.subject.lower()
    link = re.search(r"http://localhost(/stories/share/\S+)", mail.text)
    assert link
    other_device = app.test_client()
    assert other_device.get(link[1]).headers["Location"] == f"{draft}/whose"


def test_the_address_need_not_be_typed_twice(client: FlaskClient, services: Services, draft: str) -> None:
    """The last question has it already (WCAG 3.3.7); an address given there stays."""
    client.post(f"{draft}/later", data={"email": ADA})
    assert only_draft(services).answers["email"] == ADA

    client.post(f"{draft}/contact", data={"email": "other@example.test", "read_and_contact": "yes"})
    client.post(f"{draft}/later", data={"email": ADA})
    assert only_draft(services).answers["email"] == "other@example.test"


def test_an_address_that_is_none_is_asked_for_again(client: FlaskClient, services: Services, draft: str) -> None:
    """Nothing is mailed."""
    page = client.post(f"{draft}/later", data={"email": "ada@"})

    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert 'value="ada@"' in page.text
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 0


def test_nobodys_mailbox_is_filled(client: FlaskClient, draft: str) -> None:
    """Five links a day to one address, whoever asks."""
    answers = [client.post(f"{draft}/later", data={"email": ADA}).status_code for _ in range(6)]

    assert answers == [303] * 5 + [429]


def test_a_forged_link_mails_nothing(client: FlaskClient) -> None:
    """Neither asking nor sending."""
    for path in ("/stories/share/forged/later", "/stories/share/forged/later/sent"):
        assert client.get(path).status_code == 404
    assert client.post("/stories/share/forged/later", data={"email": ADA}).status_code == 404


def test_whoever_asked_for_a_link_is_warned_twice(
    client: FlaskClient, services: Services, draft: str, clock: Clock, postbox: Postbox
) -> None:
    """After thirty days and after fifty-three; saving again begins anew."""
    client.post(f"{draft}/later", data={"email": ADA})
    owed = []
    for day in (0, 29, 30, 31, 52, 53, 59):
        with services.database.unit() as uow:
            owed.append(warn_of_ending(uow, now=clock.at + timedelta(days=day)))

    assert owed == [0, 0, 1, 0, 0, 1, 0]
    post(services, postbox)
    last = NOW + LASTS
    assert f"{last.day} {last:%B %Y}" in postbox.mailings[-1].text


def test_whoever_gave_no_link_address_is_not_written_to(services: Services, told: str) -> None:
    """An address typed as an answer is for the story, once it is sent."""
    with services.database.unit() as uow:
        assert warn_of_ending(uow, now=NOW + timedelta(days=40)) == 0
