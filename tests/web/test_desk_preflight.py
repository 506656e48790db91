"""Preflight and approval at the desk."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.editors.model import Role
from service.issues.compose import compose_next
from service.issues.model import Issue, IssueState
from service.issues.preflight.own_pages import FIXED
from service.mail.model import Notice
from service.stories.model import Scope, Story
from service.subscribers.reading import Reading, choose_reading
from tests.cast import ADA, NOW
from tests.conftest import Chime
from tests.issues.paper import a_newsletter, a_story, an_article, take_back
from tests.subscribers.readers import a_subscription
from tests.web.at_desk import browser, press, trail

PAGE = "/desk/issues/1"
CHECKS = f"{PAGE}/preflight"


@pytest.fixture(autouse=True)
def draft(services: Services) -> None:
    """The draft for July."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")
        compose_next(uow, paper, NOW)


def write(services: Services, words: str) -> None:
    """Give the hello these words, behind everybody's back."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, 1).items[0].words = words


def state(services: Services) -> IssueState:
    """Where the issue stands."""
    with services.database.read() as session:
        return session.get_one(Issue, 1).state


def version(services: Services) -> str:
    """What stands on the page."""
    with services.database.read() as session:
        return str(session.get_one(Issue, 1).version)


def act(client: FlaskClient, services: Services, what: str, **form: str) -> int:
    """Press a button on the issue's page; gives the status."""
    return press(client, f"{PAGE}/{what}", version=version(services), **form).status_code


def test_the_page_names_each_thing_and_where_to_mend_it(desk: FlaskClient, services: Services) -> None:
    """In plain words."""
    write(services, "TODO: write the hello")

    page = desk.get(CHECKS).text

    assert "It may not leave yet." in page
    assert "“TODO” looks like something that was to be filled in later." in page
    assert f'href="{PAGE}#item-1"' in page


def test_the_page_says_which_copies_were_looked_at(desk: FlaskClient, services: Services) -> None:
    """Everybody's, each with its size; and not who avoids what."""
    with services.database.unit() as uow:
        uow.session.scalars(select(Story)).one().content_notes = ["relapse"]
        place = a_subscription(uow.session, ADA)
        place.start(NOW)
        choose_reading(
            uow, services.tokens, place.subscriber, Reading(discreet=True, avoid=frozenset({"relapse"})), now=NOW
        )

    page = desk.get(CHECKS).text

    assert re.search(r"3 copies were looked at, the largest \d+ kB", page)
    for about in ("The standard copy", "Discreet, 1 left out", "1 left out for readers who have had its stories"):
        assert re.search(rf"{about}</strong>: \d+ kB, or \d+ kB as plain text\.", page)
    assert "relapse" not in page.lower()


def test_an_issue_is_not_scheduled_before_it_is_mended(desk: FlaskClient, services: Services) -> None:
    """The confirmation says so beforehand, a hand-made request is refused, and the trail keeps that."""
    write(services, "TODO")
    assert act(desk, services, "approve") == 303
    form = {"at": "2026-07-07T08:00:00+00:00"}

    assert "Yes, schedule it" not in desk.get(f"{PAGE}/schedule/confirm?date=2026-07-07&time=09:00").text
    answer = press(desk, f"{PAGE}/schedule", version=version(services), **form)

    assert (answer.location, state(services)) == (CHECKS, IssueState.APPROVED)
    assert trail(services)[-1] == ("preflight_refused_placeholder", "issue:1")


def test_two_people_send_it_in_spite_of_a_finding(app: Flask, desk: FlaskClient, services: Services) -> None:
    """One asks and says why, the other agrees; then it can be scheduled."""
    write(services, "We saw the film xxx.")
    form = {"finding": "placeholder:xxx"}
    assert press(desk, f"{CHECKS}/override", **form).status_code == 422
    assert press(desk, f"{CHECKS}/override", **form, reason="It is its name.").status_code == 303
    assert press(desk, f"{CHECKS}/override/1/agree").status_code == 409
    admin = browser(app, services, Role.ADMIN)

    assert "Agree to send it in spite of this" in admin.get(CHECKS).text
    assert press(admin, f"{CHECKS}/override/1/agree").status_code == 303
    page = desk.get(CHECKS).text
    assert ("It may leave." in page, "It is its name." in page, "Admin agreed." in page) == (True, True, True)


def test_what_a_storyteller_refused_has_no_way_round(desk: FlaskClient, services: Services) -> None:
    """The page says so, and a hand-made request is refused."""
    with services.database.unit() as uow:
        take_back(uow.session.scalars(select(Story)).one(), Scope.NEWSLETTER)

    page = desk.get(CHECKS).text

    assert "Nobody can decide otherwise" in page
    assert press(desk, f"{CHECKS}/override", finding="consent:2", reason="Please.").status_code == 409


def test_the_links_are_tried_by_a_worker(desk: FlaskClient, services: Services, chime: Chime) -> None:
    """The page waits for nobody."""
    assert press(desk, f"{CHECKS}/links").status_code == 303

    assert ("preflight.try_links", 1) in chime.rung


def test_a_viewer_reads_the_checks_and_decides_nothing(app: Flask, services: Services) -> None:
    """No buttons, and none that works."""
    write(services, "TODO")
    viewer = browser(app, services, Role.VIEWER)

    assert "Ask a second person" not in viewer.get(CHECKS).text
    for path in ("links", "override", "override/1/agree"):
        assert press(viewer, f"{CHECKS}/{path}").status_code == 403


def test_two_people_approve(app: Flask, desk: FlaskClient, services: Services) -> None:
    """The page says how many, who has, and whether somebody is alone."""
    assert "one yes is enough" in desk.get(PAGE).text
    admin = browser(app, services, Role.ADMIN)
    assert "It needs 2 people who say yes" in desk.get(PAGE).text

    assert act(desk, services, "approve") == 303
    assert "Yes so far: Eve." in desk.get(PAGE).text
    assert act(desk, services, "approve") == 409
    assert act(admin, services, "approve") == 303
    assert "Approved by Eve and Admin." in desk.get(PAGE).text


def test_whoever_edited_last_is_asked_to_find_a_colleague(app: Flask, desk: FlaskClient, services: Services) -> None:
    """The edit is in the trail with the name."""
    browser(app, services, Role.ADMIN)
    assert act(desk, services, "subject", subject="July", preheader="") == 303

    assert act(desk, services, "approve") == 409
    assert state(services) is IssueState.DRAFT


def test_a_reviewer_approves_where_the_newsletter_asks_for_one(app: Flask, services: Services) -> None:
    """And can do nothing else."""
    reviewer = browser(app, services, Role.REVIEWER)
    assert act(reviewer, services, "approve") == 403
    with services.database.unit() as uow:
        uow.session.get_one(Issue, 1).newsletter.approver_roles = ["reviewer"]

    assert "Approve" in reviewer.get(PAGE).text
    assert act(reviewer, services, "approve") == 303
    assert act(reviewer, services, "unschedule") == 403


@pytest.mark.parametrize(("to", "copies"), [("me", 1), ("team", 2), ("seeds", 3), ("mallory", 1)])
def test_test_copies_go_where_they_are_sent(
    app: Flask, desk: FlaskClient, services: Services, to: str, copies: int
) -> None:
    """To oneself, to everybody at the desk, to the seed addresses; never to readers."""
    browser(app, services, Role.VIEWER)
    with services.database.unit() as uow:
        seeds = ["a@example.org", "b@example.org", "c@example.org"]
        uow.session.get_one(Issue, 1).newsletter.seeds = seeds

    assert act(desk, services, "test", to=to) == 303
    with services.database.read() as session:
        assert len(session.scalars(select(Notice)).all()) == copies


@pytest.mark.parametrize("path", ["/unsubscribe/test", "/preferences/test"])
def test_the_links_of_a_test_copy_say_that_it_was_a_test(client: FlaskClient, path: str) -> None:
    """Nobody is unsubscribed, and nobody is told that the link is broken."""
    for answer in (client.get(path), client.post(path)):
        assert (answer.status_code, "This was a test" in answer.text) == (200, True)


@pytest.mark.parametrize("path", sorted(FIXED))
def test_our_own_fixed_pages_are_there(client: FlaskClient, path: str) -> None:
    """Preflight takes a link to them for good without asking."""
    assert client.get(path).status_code == 200
