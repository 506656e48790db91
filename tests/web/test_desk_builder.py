"""The builder at the desk: preview, history, undo, comments, search, and saving while somebody writes."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.issues.compose import compose_next
from service.issues.model import Issue
from service.web.desk.issue_preview import PREVIEW_POLICY, WAYS
from tests.cast import NOW
from tests.issues.paper import a_newsletter, a_story, an_article
from tests.subscribers.readers import ada, ben
from tests.web.at_desk import browser, plain, press, trail

PAGE = "/desk/issues/1"


@pytest.fixture(autouse=True)
def draft(services: Services) -> Issue:
    """The draft for July: hello, a story, an article, a date and a question."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")
        return compose_next(uow, paper, NOW)


def act(desk: FlaskClient, services: Services, what: str, **form: str) -> str:
    """Press a button on the page as it is now; gives the page it leads to."""
    answer = press(desk, f"{PAGE}/{what}", **{"version": version(services), **form})
    assert answer.status_code == 303, answer.text
    return desk.get(answer.location).text


def version(services: Services) -> str:
    """The issue's version."""
    with services.database.read() as session:
        return str(session.get_one(Issue, 1).version)


def order(services: Services) -> list[int]:
    """The ids of the items as they stand."""
    with services.database.read() as session:
        return [item.id for item in session.get_one(Issue, 1).items]


@pytest.mark.parametrize("way", WAYS)
def test_the_preview_has_a_page_for_every_way_to_read(desk: FlaskClient, way: str) -> None:
    """In a frame of ours, and of nobody else."""
    answer = desk.get(f"{PAGE}/preview?way={way}")

    assert f'aria-current="page">{WAYS[way]}<' in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_dark_is_written_onto_the_mail(desk: FlaskClient) -> None:
    """Whatever the editor's own screen prefers; and light stays light."""
    light, dark = (desk.get(f"{PAGE}/preview.html{how}").text for how in ("", "?dark=yes"))

    assert "prefers-color-scheme" not in light
    assert "color: #ece4d6" in dark.split("<body")[1]
    assert "color: #ece4d6" not in light.split("<body")[1]


def test_without_pictures_none_is_loaded(desk: FlaskClient) -> None:
    """The browser itself refuses them."""
    policy = desk.get(f"{PAGE}/preview.html?pictures=no").headers["Content-Security-Policy"]

    assert "img-src 'none'" in policy
    assert policy != PREVIEW_POLICY


def test_reading_order_is_a_list_of_what_is_said(desk: FlaskClient) -> None:
    """Headings and links by name, the story's title before its teaser."""
    page = desk.get(f"{PAGE}/preview?way=order").text
    spoken = page[page.index('<ol class="spoken"') :]

    assert "Heading 1" in spoken
    assert spoken.index("The bench") < spoken.index("A blue blanket.")
    assert "%%" not in spoken


def test_the_preview_follows_what_is_saved(desk: FlaskClient, services: Services) -> None:
    """In the plain text too, and for readers of plain text only."""
    act(desk, services, "items/1", heading="Hello", words="Spring is here.")

    for path in ("preview.html", "preview?way=text", "preview?plain=yes"):
        assert "Spring is here." in desk.get(f"{PAGE}/{path}").text


def test_the_page_says_who_will_get_it(desk: FlaskClient, services: Services) -> None:
    """By the kind of letter; whoever has not confirmed is not counted."""
    ada(services.database)
    ben(services.database)

    page = desk.get(PAGE).text

    assert "<dt>Full letter</dt><dd>1 reader</dd>" in page
    assert "1 copy is" in page


def test_an_item_goes_to_the_top_and_to_a_place(desk: FlaskClient, services: Services) -> None:
    """The page says where it is now; what is no place moves one down."""
    assert "number 1 of 5" in act(desk, services, "items/4/move", to="top")
    assert "number 3 of 5" in act(desk, services, "items/4/move", place="3")
    assert order(services) == [1, 2, 4, 3, 5]
    act(desk, services, "items/1/move", to="sideways")
    assert order(services) == [2, 1, 4, 3, 5]


def test_undo_and_going_back(desk: FlaskClient, services: Services) -> None:
    """With a sentence about what was undone; the page of a fresh draft has no such button."""
    assert "Undo<" not in desk.get(PAGE).text
    act(desk, services, "items/2/remove")
    assert "Undone: Took out “A story”." in act(desk, services, "undo")
    assert order(services) == [1, 2, 3, 4, 5]

    assert "as it was at revision 2" in act(desk, services, "history/2/restore")
    assert order(services) == [1, 3, 4, 5]
    assert press(desk, f"{PAGE}/history/99/restore", version=version(services)).status_code == 404


def test_undo_with_nothing_to_undo(desk: FlaskClient, services: Services) -> None:
    """Says so."""
    assert press(desk, f"{PAGE}/undo", version=version(services)).status_code == 409


def test_history_marks_the_words(desk: FlaskClient, services: Services) -> None:
    """Those that went and those that came; what was typed is shown as text."""
    act(desk, services, "items/1", heading="Hello", words="Spring is <b>here</b>.")
    act(desk, services, "items/1", heading="Hello", words="Summer is <b>here</b>.")

    page = desk.get(f"{PAGE}/history").text

    assert "<del>Spring</del>" in page
    assert "<ins>Summer</ins>" in page
    assert "<b>here" not in page


def test_autosave_says_when(desk: FlaskClient, services: Services) -> None:
    """On the newsletter's clock, with the version from then on, and whether a colleague was at it too."""
    answer = press(desk, f"{PAGE}/items/1", version="1", heading="Hello", words="Spr", autosave="yes")

    assert answer.json == {
        "saved": f"{NOW.hour + 1:02}:{NOW.minute:02}",
        "version": int(version(services)),
        "alone": True,
    }


def test_autosave_never_overwrites_a_colleague(app: Flask, desk: FlaskClient, services: Services) -> None:
    """In another item it saves beside them, and says that something changed; in the same one it does not."""
    colleague = browser(app, services, Role.ADMIN)
    press(colleague, f"{PAGE}/items/1", version="1", heading="Hello", words="Theirs.")

    beside = press(desk, f"{PAGE}/items/3", version="1", heading="Learn", words="Mine.", autosave="yes")
    same = press(desk, f"{PAGE}/items/1", version="1", heading="Hello", words="Mine.", autosave="yes")

    assert beside.json is not None
    assert beside.json["alone"] is False
    assert same.status_code == 409
    assert "Theirs." in same.text
    assert "Mine." in same.text


def test_a_press_on_an_old_page_says_what_a_colleague_did(app: Flask, desk: FlaskClient, services: Services) -> None:
    """And changes nothing."""
    press(browser(app, services, Role.ADMIN), f"{PAGE}/items/2/remove", version="1")

    answer = press(desk, f"{PAGE}/items/3/move", version="1", to="up")

    assert answer.status_code == 409
    assert "<strong>Admin:</strong> Took out “A story”." in answer.text


def test_search_finds_what_may_be_added(desk: FlaskClient, services: Services) -> None:
    """By words of the title, in any order; what is in the issue already is not found."""
    with services.database.unit() as uow:
        a_story(uow.session, "a-red-door")
        an_article(uow.session, "fatigue")

    found = desk.get(f"{PAGE}?q=door+RED").text

    assert 'name="story" value=' in found
    assert "Fatigue" not in found[found.index('id="add"') :]
    assert "Nothing that may be in it has these words." in desk.get(f"{PAGE}?q=bench").text


def test_comments_are_said_and_dealt_with(desk: FlaskClient, services: Services) -> None:
    """The open ones are counted above; an empty one is not kept."""
    assert "Your comment is there." in act(desk, services, "comments", item="2", words="Is it <b>blue</b>?")
    page = desk.get(PAGE).text
    assert "1 comment is still open." in page
    assert "Is it &lt;b&gt;blue&lt;/b&gt;?" in page

    assert "still open." not in act(desk, services, "comments/1/resolve")
    assert "1 comment is still open." in act(desk, services, "comments/1/open")
    assert "an empty comment is not kept" in act(desk, services, "comments", words=" ")
    assert trail(services) == [(verb, "issue:1") for verb in ("commented", "resolved_comment", "opened_comment")]


def test_a_reviewer_may_comment_and_not_change(app: Flask, services: Services) -> None:
    """A viewer may only look; Mal sees nothing."""
    reviewer, viewer = browser(app, services, Role.REVIEWER), browser(app, services, Role.VIEWER)

    assert press(reviewer, f"{PAGE}/comments", words="Good.").status_code == 303
    assert press(viewer, f"{PAGE}/comments", words="Good.").status_code == 403
    for what in ("undo", "history/1/restore", "items/1/move", "items/add-resource"):
        assert press(reviewer, f"{PAGE}/{what}", version="1").status_code == 403
    for path in ("history", "preview", "preview?way=order", "preview.html"):
        assert viewer.get(f"{PAGE}/{path}").status_code == 200
        assert app.test_client().get(f"{PAGE}/{path}").status_code == 303


def test_looking_changes_nothing(desk: FlaskClient, services: Services) -> None:
    """The same page twice."""
    assert plain(desk.get(PAGE).text) == plain(desk.get(PAGE).text)
    assert version(services) == "1"
