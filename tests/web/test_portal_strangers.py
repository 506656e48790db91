"""Every address of the storyteller's pages, asked by whoever has no business there: refused, and nothing changes."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service.bootstrap import Services
from service.web.access import Door, access_of
from service.web.portal.frame import COOKIE, COOKIE_PATH
from tests.cast import BEN
from tests.conftest import Clock
from tests.web.at_portal import (
    enter,
    form_token,
    seen,
    story_of,
    story_with_changes,
    the_story,
    yes_to,
)

LOADED = {"words": "Hello.", "naming": "anonymous", "me": "yes", "places": "web", "wait_day": "1", "wait_month": "1",
          "wait_year": "2027", "end_day": "1", "end_month": "1", "end_year": "2027", **yes_to()}  # fmt: skip
"""Everything that any form of theirs could carry."""


@pytest.fixture
def story(services: Services) -> int:
    """Ada's story, with changes to decide about."""
    return story_with_changes(services)


@pytest.fixture
def ada(app: Flask, services: Services, story: int) -> FlaskClient:
    """Ada's browser, let in."""
    return enter(app, services, story)


@pytest.fixture
def unchanged(services: Services, story: int) -> Iterator[None]:
    """Whatever is done in the test, the story, its ledger and its letters stay as they are."""
    before = facts(services, story)
    yield
    assert facts(services, story) == before


def facts(services: Services, story_id: int) -> tuple[object, ...]:
    """What anybody could have changed."""
    story = story_of(services, story_id)
    return (
        story.state, story.words.hash, story.naming, story.display_name, story.not_before, story.shown_hash,
        len(story.consents), len(story.comments), [each.accepted for each in story.changes],
    )  # fmt: skip


def doors(app: Flask, *, about: str = "") -> list[tuple[str, Rule]]:
    """Method and rule of every address that only its teller opens; with `about`, those with it in their path."""
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if about in rule.rule and (found := access_of(app, rule.endpoint)) and found.door is Door.TELLER
    ]
    return [(method, rule) for rule in rules for method in sorted((rule.methods or set()) & {"GET", "POST"})]


def knock(client: FlaskClient, method: str, rule: Rule, story_id: int, **form: str) -> int:
    """The status of one address of the story, with everything a form could carry."""
    path = rule.rule.replace("<int:story_id>", str(story_id)).replace("<int:photo_id>", "1")
    return client.open(path, method=method, data={**LOADED, **form} if method == "POST" else None).status_code


@pytest.mark.parametrize("cookie", ["", "forged", "A" * 43, "\u202e💛"])
def test_a_forged_session_opens_no_address(
    app: Flask, client: FlaskClient, story: int, unchanged: None, cookie: str
) -> None:
    """Whatever stands in the cookie: 401 and the way to a link."""
    client.set_cookie(COOKIE, cookie, path=COOKIE_PATH)

    assert {knock(client, method, rule, story) for method, rule in doors(app)} == {401}


@pytest.mark.parametrize("end", ["late", "left"])
def test_a_session_that_is_over_opens_no_address(
    app: Flask, services: Services, clock: Clock, ada: FlaskClient, story: int, unchanged: None, end: str
) -> None:
    """After half an hour, or replayed after *Leave*: the token of its forms is worth nothing either."""
    token, cookie = form_token(ada), ada.get_cookie(COOKIE, path=COOKIE_PATH)
    assert cookie
    if end == "late":
        clock.move(minutes=31)
    else:
        ada.post("/portal/leave", data={"portal_token": token})
        ada.set_cookie(COOKIE, cookie.value, path=COOKIE_PATH)

    assert {knock(ada, method, rule, story, portal_token=token) for method, rule in doors(app)} == {401}


def test_other_peoples_addresses_are_not_there(
    app: Flask, services: Services, ada: FlaskClient, story: int, unchanged: None
) -> None:
    """Ben is in, with a story of his own and a good form: Ada's does not exist for him."""
    ben = enter(app, services, the_story(services, email=BEN, slug="another"))
    good = {"portal_token": form_token(ben), "seen": seen(services, story)}

    found = {f"{method} {rule.rule}": knock(ben, method, rule, story, **good)
             for method, rule in doors(app, about="<int:story_id>")}  # fmt: skip

    assert set(found.values()) == {404}, found


@pytest.mark.parametrize("whose", ["nobody's", "Ben's"])
def test_a_form_of_another_session_does_nothing(
    app: Flask, services: Services, ada: FlaskClient, story: int, unchanged: None, whose: str
) -> None:
    """Ada is in and the form is not hers: 400 for every button."""
    ben = enter(app, services, the_story(services, email=BEN, slug="another"))
    token = {"nobody's": "", "Ben's": form_token(ben)}[whose]

    posts = [(method, rule) for method, rule in doors(app) if method == "POST"]
    assert {knock(ada, method, rule, story, portal_token=token) for method, rule in posts} == {400}
