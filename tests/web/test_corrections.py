"""Corrections on pages: the form at the desk, the note in the archive, the page for everybody, and the feeds."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.delivery.model import Variant
from service.editors.model import Role
from service.issues.actions import begin_sending
from service.issues.compose import compose_next
from service.issues.model import Issue, IssueState, ItemKind, StoodIn
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import a_newsletter, a_story, an_article, take_back
from tests.web.at_desk import browser, press, trail

WORDS = {"was": "Take ten.", "right": "Take two, with food."}
ARCHIVE = "/newsletter/monthly-2026-07-07"
EVERYWHERE = (Scope.WEB, Scope.NEWSLETTER, Scope.ARCHIVE)


@pytest.fixture
def sent(services: Services) -> Issue:
    """An issue that readers have, with a story and an article."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench", scopes=EVERYWHERE)
        an_article(uow.session, "remission")
        issue = compose_next(uow, paper, NOW)
        issue.state, issue.started_at, issue.sent_at = IssueState.SENT, NOW, NOW
        assert issue.items
    return issue


def form_of(issue: Issue, kind: ItemKind) -> str:
    """The address of the form for its first item of a kind."""
    item = next(each for each in issue.items if each.kind is kind)
    return f"/desk/issues/{issue.id}/items/{item.id}/wrong"


def publish(services: Services) -> None:
    """The correction, the second issue there is, begins to leave."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, 2).state = IssueState.SCHEDULED
        begin_sending(uow, 2, NOW)


def test_an_editor_says_what_was_wrong(desk: FlaskClient, services: Services, sent: Issue) -> None:
    """From the item of the sent issue to a correction that waits for others."""
    form = form_of(sent, ItemKind.ARTICLE)
    assert f'href="{form}"' in desk.get(f"/desk/issues/{sent.id}").text
    assert "Nobody who has it is a reader any more." in desk.get(form).text

    answer = press(desk, form, **WORDS)

    assert (answer.status_code, answer.location) == (303, "/desk/issues/2")
    assert trail(services) == [("marked_wrong", f"issue:{sent.id}"), ("submitted", "issue:2")]
    page = desk.get("/desk/issues/2").text
    assert "This is a correction" in page
    assert "Take two, with food." in page
    assert "Look for stories and articles" not in page


def test_both_halves_are_needed(desk: FlaskClient, services: Services, sent: Issue) -> None:
    """What was typed stays."""
    answer = press(desk, form_of(sent, ItemKind.ARTICLE), was="Take ten.", right=" ")

    assert answer.status_code == 422
    assert "Write what is right." in answer.text
    assert "Take ten." in answer.text
    assert trail(services) == []


def test_not_everybody_may(app: Flask, services: Services, sent: Issue) -> None:
    """A viewer sees the issue, and no button."""
    viewer = browser(app, services, Role.VIEWER)

    assert "This was wrong" not in viewer.get(f"/desk/issues/{sent.id}").text
    assert press(viewer, form_of(sent, ItemKind.ARTICLE), **WORDS).status_code == 403


def test_nothing_is_public_before_the_mail_leaves(desk: FlaskClient, client: FlaskClient, sent: Issue) -> None:
    """A draft is no correction."""
    press(desk, form_of(sent, ItemKind.ARTICLE), **WORDS)

    assert "There are none." in client.get("/corrections").text
    assert "was wrong" not in client.get(ARCHIVE).text


def test_everybody_can_read_it_then(desk: FlaskClient, client: FlaskClient, services: Services, sent: Issue) -> None:
    """On the page of corrections, above the item in the archive, and in both feeds; no list of issues has it."""
    press(desk, form_of(sent, ItemKind.ARTICLE), **WORDS)
    publish(services)

    corrections, archive = client.get("/corrections").text, client.get(ARCHIVE).text
    for page in (corrections, archive):
        assert "Take two, with food." in page
        assert "10 June 2026" in page
    assert "Nobody who had got it was a reader any more." in corrections
    assert archive.index("Correction of 10 June 2026") < archive.index("About remission.")
    assert "Correction: Monthly news" in client.get("/feed.xml").text
    items = json.loads(client.get("/feed.json").text)["items"]
    [entry] = [each for each in items if "corrections" in each["url"]]
    assert "Take two, with food." in entry["content_text"]
    assert "Correction:" not in client.get("/newsletter").text
    assert 'href="/corrections"' in client.get("/about").text


def test_words_about_a_story_go_with_the_story(
    desk: FlaskClient, client: FlaskClient, services: Services, sent: Issue
) -> None:
    """That there was a correction stays."""
    press(desk, form_of(sent, ItemKind.STORY), **WORDS)
    publish(services)
    assert "Take two, with food." in client.get("/corrections").text

    with services.database.unit() as uow:
        take_back(uow.session.get_one(Story, 1), Scope.ARCHIVE)

    for path in ("/corrections", ARCHIVE, "/newsletter/monthly-2026-07-07-correction-1", "/feed.xml", "/feed.json"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Take two, with food." not in answer.text
    assert "these words went with it" in client.get("/corrections").text


def test_a_story_that_is_gone_has_no_form(desk: FlaskClient, services: Services, sent: Issue) -> None:
    """And a press from an old page is refused."""
    with services.database.unit() as uow:
        take_back(uow.session.get_one(Story, 1), Scope.NEWSLETTER)

    form = form_of(sent, ItemKind.STORY)
    assert "no mail may speak of it" in desk.get(form).text
    assert press(desk, form, **WORDS).status_code == 409


@pytest.fixture
def besides(services: Services, sent: Issue) -> str:
    """Another article stood in the issue for some readers; the address of the form for what was wrong with it."""
    with services.database.unit() as uow:
        article = an_article(uow.session, "fatigue")
        row = StoodIn(issue_id=sent.id, story_id=None, article_id=article.id)
        copies = [
            Variant(issue_id=sent.id, key=key, lang="en", subject="", text="", html="", created_at=NOW, articles=shown)
            for key, shown in (("default", [1]), ("2", [article.id]))
        ]
        uow.session.add_all([row, *copies])
    return f"/desk/issues/{sent.id}/stood-in/{row.id}/wrong"


def test_what_stood_in_is_shown_with_the_sent_issue(
    app: Flask, desk: FlaskClient, services: Services, besides: str
) -> None:
    """In how many copies, and with a button for who may correct; nothing says for whom."""
    page = desk.get("/desk/issues/1").text

    assert "Stood in for some readers" in page
    assert "In 1 copy of this issue" in page
    assert f'href="{besides}"' in page
    viewer = browser(app, services, Role.VIEWER)
    assert "Fatigue" in viewer.get("/desk/issues/1").text
    assert besides not in viewer.get("/desk/issues/1").text
    assert press(viewer, besides, **WORDS).status_code == 403


def test_it_can_be_marked_wrong(desk: FlaskClient, client: FlaskClient, services: Services, besides: str) -> None:
    """The archive shows no part that it could stand above, so it stands first."""
    assert "Fatigue" in desk.get(besides).text
    assert "for some readers only" in desk.get(besides).text
    assert press(desk, besides, was="", right="").status_code == 422
    answer = press(desk, besides, **WORDS)
    assert (answer.status_code, answer.location) == (303, "/desk/issues/2")
    assert ">Take out<" not in desk.get("/desk/issues/2").text
    publish(services)

    archive = client.get(ARCHIVE).text
    assert archive.index("Take two, with food.") < archive.index("About remission.")
    assert "was-wrong" not in archive
    assert "Part of this newsletter was wrong" not in archive
    assert "Take two, with food." in client.get("/corrections").text


@pytest.mark.parametrize(
    "path", ["/desk/issues/1/stood-in/9/wrong", "/desk/issues/2/stood-in/1/wrong", "/desk/issues/1/x/1/wrong"]
)
def test_what_did_not_stand_there_has_no_form(desk: FlaskClient, services: Services, besides: str, path: str) -> None:
    """Also under an issue that is not its own."""
    press(desk, besides, **WORDS)

    assert desk.get(path).status_code == 404
    assert press(desk, path, **WORDS).status_code == 404
