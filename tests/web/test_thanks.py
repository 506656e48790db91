"""The thank-you button of a story: one number more, for the person who told it, and nothing about who pressed."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.stories.model import Story
from service.stories.moderation import hide
from service.stories.thanks import StoryThanks, thanks_by_issue
from service.web.site.thanks import FOR_ONE_STORY
from tests.conftest import Clock
from tests.issues.gone_out import an_issue
from tests.stories.tales import a_published_story
from tests.web.at_portal import enter, the_story

PAGE = "/stories/what-i-packed"


@pytest.fixture(autouse=True)
def story(services: Services) -> int:
    """A story that everybody can read."""
    with services.database.unit() as uow:
        return a_published_story(uow.session).id


def say(client: FlaskClient, clock: Clock, page: str = PAGE, **changed: str) -> TestResponse:
    """Read the story, press the button below it."""
    shown = client.get(page).text
    below = shown.split('id="thanks"')[1].split("</form>")[0]
    form = dict(re.findall(r'name="(form_token|issue)" value="([^"]*)"', below))
    clock.move(seconds=5)
    return client.post(f"{PAGE}/thanks", data=form | changed)


def said(services: Services) -> dict[int, int]:
    """Issue (0: none) -> how often."""
    with services.database.read() as session:
        return {row.issue_id: row.count for row in session.scalars(select(StoryThanks))}


def test_one_press_is_one_thank_you(client: FlaskClient, services: Services, clock: Clock) -> None:
    """Without a cookie, and the page says what became of it."""
    answer = say(client, clock)

    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    assert said(services) == {0: 1}
    place = urlsplit(answer.headers["Location"])
    assert place.fragment == "thanks"
    assert "Thank you.</strong>" in client.get(f"{place.path}?{place.query}").text


def test_it_counts_for_the_issue_they_came_by(client: FlaskClient, services: Services, clock: Clock) -> None:
    """The number in the link goes along."""
    issue_id = an_issue(services)
    say(client, clock, f"{PAGE}?issue={issue_id}")
    say(client, clock, f"{PAGE}?issue=999")

    assert said(services) == {issue_id: 1, 0: 1}
    with services.database.read() as session:
        assert thanks_by_issue(session, [issue_id]) == {issue_id: 1}


@pytest.mark.parametrize(
    ("changed", "status"), [({"form_token": ""}, 400), ({"form_token": "made up"}, 400), ({"website": "x.test"}, 303)]
)
def test_what_is_no_press_is_not_counted(
    client: FlaskClient, services: Services, clock: Clock, changed: dict[str, str], status: int
) -> None:
    """A form that is not ours, and a program that fills every field in."""
    assert say(client, clock, **changed).status_code == status
    assert said(services) == {}


def test_a_hand_that_presses_on_is_thanked_and_not_counted(
    client: FlaskClient, services: Services, clock: Clock
) -> None:
    """So that nobody can make a number of their own."""
    answers = {say(client, clock).status_code for _ in range(FOR_ONE_STORY.most + 3)}

    assert answers == {303}
    assert said(services) == {0: FOR_ONE_STORY.most}


def test_a_story_that_nobody_may_see_takes_none(client: FlaskClient, services: Services, clock: Clock) -> None:
    """It was hidden while its page was open."""
    form = re.search(r'name="form_token" value="([^"]+)"', client.get(PAGE).text)
    assert form
    clock.move(seconds=5)
    with services.database.unit() as uow:
        hide(uow.session.scalars(select(Story)).one(), now=clock(), by="editor")

    assert client.post(f"{PAGE}/thanks", data={"form_token": form[1]}).status_code == 404
    assert said(services) == {}


def test_looking_says_nothing(client: FlaskClient, services: Services) -> None:
    """Also when the address says that somebody did."""
    client.get(f"{PAGE}?thanked=yes")

    assert client.get(f"{PAGE}/thanks").status_code == 405
    assert said(services) == {}


def test_the_teller_sees_the_number(app: Flask, services: Services) -> None:
    """On the page of their story, once there is one; from every issue together."""
    told = the_story(services, slug="told")
    ada = enter(app, services, told)
    before = ada.get(f"/portal/stories/{told}").text
    with services.database.unit() as uow:
        uow.session.add_all(StoryThanks(story_id=told, issue_id=issue, count=2) for issue in (0, 7))

    assert "said thank you" not in before
    assert "4 readers said thank you for telling it." in ada.get(f"/portal/stories/{told}").text
