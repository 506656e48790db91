"""A story of one's own: out of sight and back, fewer places, another name, a later start, an earlier end, gone."""

from datetime import timedelta
from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from service.bootstrap import Services
from service.db import Database
from service.editors.model import Editor, Role
from service.mail.model import Notice
from service.media.pictures import file_name, sizes
from service.stories.consent import LASTS, newest_answers
from service.stories.holds import open_cases, resolve
from service.stories.model import HoldKind, Naming, Scope, Story, StoryPhoto, StoryState
from service.stories.moderation import COPY_KEPT, RECEIPT_FIRST, hide
from service.stories.queries import newest_stories
from tests.cast import BEN, NOW
from tests.conftest import Chime, Clock
from tests.stories.tales import an_answer
from tests.web.at_portal import LOCATION, enter, form_token, press, story_of, the_story


@pytest.fixture
def story(services: Services) -> int:
    """Ada's story, which readers see on the website and in the newsletter for a year."""
    story_id = the_story(services)
    with services.database.unit() as uow:
        row = uow.session.get_one(Story, story_id)
        year = NOW + timedelta(days=365)
        row.consents += [an_answer(scope, row.words, expires_at=year) for scope in (Scope.WEB, Scope.NEWSLETTER)]
        uow.session.flush()
        row.state, row.shown_hash = StoryState.PUBLISHED, row.words.hash
        row.published_at = row.shown_at = NOW
    return story_id


@pytest.fixture
def ada(app: Flask, services: Services, story: int) -> FlaskClient:
    """Ada's browser, let in."""
    return enter(app, services, story)


def readers_see(services: Services) -> list[str]:
    """The names under the stories that readers see."""
    with services.database.read() as session:
        return [shown.display_name for shown, _ in newest_stories(session, services.clock())]


def test_the_page_says_where_it_is(ada: FlaskClient, story: int) -> None:
    """In words: done, now, where, until when."""
    page = ada.get(f"/portal/stories/{story}").text

    assert page.count(">Done</span>") == 4
    assert '<li class="here" aria-current="step"><span class="where">Now</span> <span>Readers can see it</span>' in page
    assert "Our website, Our e-mail newsletter." in page
    assert "Your Yes holds until 10 June 2027." in page


def test_one_press_hides_it_and_one_brings_it_back(ada: FlaskClient, services: Services, story: int) -> None:
    """Each as often as one likes; pressed twice, nothing else happens."""
    for _ in range(2):
        assert press(ada, f"/portal/stories/{story}/hide").headers[LOCATION].endswith("said=hidden")
    assert readers_see(services) == []
    assert "Bring it back" in ada.get(f"/portal/stories/{story}").text

    for _ in range(2):
        assert press(ada, f"/portal/stories/{story}/bring-back").headers[LOCATION].endswith("said=shown")
    assert readers_see(services) == ["Tomasz"]


def test_what_the_editors_hid_they_bring_back(ada: FlaskClient, services: Services, story: int) -> None:
    """Said in words, with no button, and refused when pressed anyway."""
    with services.database.unit() as uow:
        hide(uow.session.get_one(Story, story), now=NOW, by="editor:1")
    page = ada.get(f"/portal/stories/{story}").text
    forced = press(ada, f"/portal/stories/{story}/bring-back")

    assert ("Our editors hid it." in page, "Bring it back" in page) == (True, False)
    assert (forced.status_code, "We hid this one" in forced.text) == (409, True)


@pytest.mark.parametrize(("copy", "kept"), [("yes", COPY_KEPT), ("no", RECEIPT_FIRST), ("", RECEIPT_FIRST)])
def test_taking_back_is_one_press_after_the_page_that_says_what_it_means(
    ada: FlaskClient, services: Services, story: int, chime: Chime, copy: str, kept: timedelta
) -> None:
    """With or without a copy for oneself; the list of what cannot be undone stands before the button."""
    before, _, button = ada.get(f"/portal/stories/{story}/take-back").text.partition('<button class="danger"')
    assert "inbox already" in before
    assert "keep me a copy for 30 days" in button
    for _ in range(2):
        pressed = press(ada, f"/portal/stories/{story}/take-back", copy=copy)

    after = story_of(services, story)
    assert (after.state, after.erase_at) == (StoryState.WITHDRAWN, NOW + kept)
    assert readers_see(services) == []
    assert [task for task, _ in chime.rung if task == "stories.take_back"] == ["stories.take_back"]
    assert "our story is down" in ada.get(pressed.headers[LOCATION]).text
    assert f'href="{pressed.headers[LOCATION]}"' in ada.get(f"/portal/stories/{story}").text
    assert press(ada, f"/portal/stories/{story}/hide").status_code == 409


def test_a_place_can_be_taken_away(ada: FlaskClient, services: Services, story: int) -> None:
    """Nothing is ticked beforehand; what is ticked ends, the rest stays."""
    assert "checked" not in ada.get(f"/portal/stories/{story}/places").text
    assert press(ada, f"/portal/stories/{story}/places").status_code == 422
    press(ada, f"/portal/stories/{story}/places", places="newsletter")

    newest = newest_answers(story_of(services, story).consents)
    assert (newest[Scope.WEB].granted, newest[Scope.NEWSLETTER].granted) == (True, False)
    assert press(ada, f"/portal/stories/{story}/places", places="the moon").status_code == 422


@pytest.mark.parametrize(
    ("naming", "name", "shown"),
    [("pseudonym", " Fern\r\n", "Fern"), ("anonymous", "Ada", "Anonymous"), ("first", "أمل 💛", "أمل 💛")],
)
def test_the_name_shown_can_change(
    ada: FlaskClient, services: Services, story: int, naming: str, name: str, shown: str
) -> None:
    """From now on, for readers too."""
    press(ada, f"/portal/stories/{story}/name", naming=naming, shown_name=name)

    assert readers_see(services) == [shown]
    assert shown in ada.get(f"/portal/stories/{story}").text


@pytest.mark.parametrize(
    ("naming", "name", "sentence"),
    [
        ("", "Fern", "Choose what name we should show."),
        ("first", " ", "Write the name to show."),
        ("full", "x" * 121, "The name has 121 characters."),
    ],
)
def test_a_name_that_is_missing_is_said_so(
    ada: FlaskClient, services: Services, story: int, naming: str, name: str, sentence: str
) -> None:
    """And nothing changes."""
    page = press(ada, f"/portal/stories/{story}/name", naming=naming, shown_name=name)

    assert (page.status_code, page.text.count(sentence)) == (422, 2)
    assert story_of(services, story).naming is Naming.FIRST


def test_nobody_sees_it_before_a_day(ada: FlaskClient, services: Services, story: int) -> None:
    """Until that day, or until its teller has enough of waiting."""
    press(ada, f"/portal/stories/{story}/not-before", wait_day="3", wait_month="7", wait_year="2026")
    assert readers_see(services) == []
    assert "Nobody sees it before 3 July 2026." in ada.get("/portal/stories").text

    press(ada, f"/portal/stories/{story}/not-before", clear="yes")
    assert readers_see(services) == ["Tomasz"]


@pytest.mark.parametrize("day", [("", "", ""), ("31", "2", "2027"), ("9", "6", "2026"), ("one", "7", "2026")])
def test_a_day_that_is_none_changes_nothing(
    ada: FlaskClient, services: Services, story: int, day: tuple[str, str, str]
) -> None:
    """Said at the field, and what was typed stays; the same for an earlier end."""
    for page, name in (("not-before", "wait"), ("end", "end")):
        fields = dict(zip((f"{name}_day", f"{name}_month", f"{name}_year"), day, strict=True))
        answer = press(ada, f"/portal/stories/{story}/{page}", **fields)
        assert (answer.status_code, f'value="{day[0]}"' in answer.text) == (422, True)

    assert story_of(services, story).not_before is None


def test_it_can_end_earlier_but_not_later(ada: FlaskClient, services: Services, story: int, clock: Clock) -> None:
    """Every Yes ends on that day."""
    later = press(ada, f"/portal/stories/{story}/end", end_day="1", end_month="1", end_year="2028")
    assert later.status_code == 422
    press(ada, f"/portal/stories/{story}/end", end_day="1", end_month="9", end_year="2026")

    assert "Your Yes holds until 1 September 2026." in ada.get(f"/portal/stories/{story}").text
    clock.at = NOW.replace(month=9, day=2)
    assert readers_see(services) == []


def test_it_can_go_on(ada: FlaskClient, services: Services, story: int) -> None:
    """The words readers see, three buttons of the same weight, and two more years."""
    page = ada.get(f"/portal/stories/{story}/go-on").text
    buttons = page.partition('class="actions equal"')[2].partition("</p>")[0]
    assert buttons.count("secondary") == 3
    stale = press(ada, f"/portal/stories/{story}/go-on", seen="other words")
    assert (stale.status_code, "The words changed meanwhile" in stale.text) == (409, True)
    press(ada, f"/portal/stories/{story}/go-on", seen=story_of(services, story).shown_hash)

    assert newest_answers(story_of(services, story).consents)[Scope.WEB].expires_at == NOW + LASTS


def test_what_was_said_stays_in_both_directions(ada: FlaskClient, services: Services, story: int) -> None:
    """A word to the editors, in any script, shown as text; an empty one is asked for."""
    assert press(ada, f"/portal/stories/{story}/talk", words=" ").status_code == 422
    assert press(ada, f"/portal/stories/{story}/talk", words="x" * 5_001).status_code == 422
    press(ada, f"/portal/stories/{story}/talk", words="<b>שלום</b> 💛")

    page = ada.get(f"/portal/stories/{story}/talk").text
    assert '<p class="words" dir="auto">&lt;b&gt;שלום&lt;/b&gt; 💛</p>' in page
    with services.database.read() as session:
        assert session.scalars(select(Story)).one().comments[0].author == "storyteller"


def test_a_letter_of_somebody_in_danger_is_met_with_help(ada: FlaskClient, services: Services, story: int) -> None:
    """Whom to call is on the next page, a lead is told, and the story waits until somebody has looked."""
    with services.database.unit() as uow:
        lena = Editor(email="lena@example.org", name="Lena", role=Role.SAFEGUARDING, created_at=NOW)
        uow.session.add(lena)
    page = press(ada, f"/portal/stories/{story}/talk", words="I want to die.")

    assert "tel:116123" in ada.get(page.headers[LOCATION]).text
    with services.database.read() as session:
        assert [case.kind for case in open_cases(session)] == [HoldKind.SAFEGUARDING]
        assert "safeguarding_alert" in session.scalars(select(Notice.template)).all()


def test_the_teller_of_a_story_that_is_held_back_is_told(ada: FlaskClient, services: Services, story: int) -> None:
    """The map does not say that readers can see what they cannot; closed, it is back by itself."""
    page = press(ada, f"/portal/stories/{story}/talk", words="I want to die.")
    assert "nobody can see your story; then it is back by itself" in ada.get(page.headers[LOCATION]).text
    assert "Until we have, nobody can see it" in ada.get(f"/portal/stories/{story}").text

    with services.database.unit() as uow:
        [case] = open_cases(uow.session)
        resolve(uow, case.id, by="editor:1", resolution="Rang them.", now=NOW)
    assert "Readers can see it" in ada.get(f"/portal/stories/{story}").text


@pytest.mark.parametrize("fault", [OperationalError("", {}, Exception("gone")), NoConnectionFree()])
def test_a_database_that_goes_away_loses_nothing(
    ada: FlaskClient, story: int, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Plain words, and what was typed, to be copied; the button works when it is back."""
    token = form_token(ada)

    def away(_self: Database) -> NoReturn:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(Database, "unit", away)
        page = ada.post(f"/portal/stories/{story}/talk", data={"portal_token": token, "words": "An hour of work 💛"})

    assert (page.status_code, "An hour of work 💛" in page.text) == (503, True)
    assert "We cannot reach our records just now" in page.text
    assert '<input type="hidden" name="words" value="An hour of work 💛">' in page.text
    assert press(ada, f"/portal/stories/{story}/talk", words="An hour of work 💛").status_code == 303


def test_photos_are_shown_to_their_teller_only(
    app: Flask, ada: FlaskClient, services: Services, story: int, client: FlaskClient
) -> None:
    """Whether readers may see them or not; not to others, and not once they were taken out."""
    with services.database.unit() as uow:
        photo = StoryPhoto(asset_key="a" * 64, width=480, height=320, alt="A blanket", created_at=NOW)
        row = uow.session.get_one(Story, story)
        row.photos.append(photo)
    for width, _ in sizes(480, 320):
        services.storage.put(file_name("a" * 64, width), b"the picture")
    path = f"/portal/stories/{story}/photos/{photo.id}.jpg"
    ben = enter(app, services, the_story(services, email=BEN, slug="another"))

    assert (ada.get(path).data, ada.get(path).headers["Cache-Control"]) == (b"the picture", "private, no-store")
    assert f'<img src="{path}" alt="A blanket">' in ada.get(f"/portal/stories/{story}").text
    assert [ben.get(path).status_code, client.get(path).status_code] == [404, 401]
    with services.database.unit() as uow:
        uow.session.get_one(StoryPhoto, photo.id).removed_at = NOW
    assert ada.get(path).status_code == 404


def test_looking_at_everything_writes_nothing(ada: FlaskClient, services: Services, story: int) -> None:
    """No page of a story, and no download, changes its row or the ledger."""
    before = story_of(services, story)
    for page in (
        "",
        "/talk",
        "/take-back",
        "/changes",
        "/approve",
        "/places",
        "/name",
        "/not-before",
        "/end",
        "/go-on",
    ):
        assert ada.get(f"/portal/stories/{story}{page}").status_code in {200, 303}, page
    for page in ("hide", "bring-back", "approve/press"):
        assert ada.get(f"/portal/stories/{story}/{page}").status_code == 405

    after = story_of(services, story)
    assert (after.version, len(after.consents), after.state) == (before.version, len(before.consents), before.state)


def test_everything_is_within_three_presses(ada: FlaskClient, story: int) -> None:
    """The first page leads to the story, the story to each form, and the form has the button."""
    assert f'href="/portal/stories/{story}"' in ada.get("/portal/stories").text
    page = ada.get(f"/portal/stories/{story}").text

    for form in ("take-back", "places", "name", "not-before", "end", "go-on", "talk", "approve"):
        assert f'href="/portal/stories/{story}/{form}"' in page, form
    assert f'action="/portal/stories/{story}/hide"' in page
