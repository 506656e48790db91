"""Saying yes: to exactly these words, place by place, looked at once more, and never by accident."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.stories.consent import LASTS, PLACES, newest_answers, photos_agreed
from service.stories.errors import PhotoConsentMissing
from service.stories.model import Assent, GivenBy, Scope, Story, StoryPhoto, StoryPhotoPerson, StoryState
from service.stories.moderation import edit_words, publish
from service.stories.photos import ME, take_out
from service.stories.queries import story_for_change
from tests.cast import NOW
from tests.conftest import Clock
from tests.web.at_portal import (
    EDITED,
    LOCATION,
    ask_about_changes,
    enter,
    press,
    seen,
    send,
    story_of,
    the_story,
    yes_to,
)


@pytest.fixture
def story(services: Services) -> int:
    """Ada's story, ready to be read and without a change."""
    story_id = the_story(services)
    with services.database.unit() as uow:
        send(uow, uow.session.get_one(Story, story_id))
    return story_id


@pytest.fixture
def ada(app: Flask, services: Services, story: int) -> FlaskClient:
    """Ada's browser, let in."""
    return enter(app, services, story)


def set_row(services: Services, story: int, **values: Any) -> None:
    """The story's row, otherwise."""
    with services.database.unit() as uow:
        for name, value in values.items():
            setattr(uow.session.get_one(Story, story), name, value)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the last look, as a browser sends them."""
    return dict(
        re.findall(r'<input type="hidden" name="([\w]+)" value="([^"]*)">', page.split("</form>", maxsplit=1)[0])
    )


def approve(client: FlaskClient, services: Services, story: int, form: dict[str, str]) -> TestResponse:
    """Fill the form in, look once more, press."""
    page = press(client, f"/portal/stories/{story}/approve", seen=seen(services, story), **form)
    assert page.status_code == 200, page.text
    return client.post(f"/portal/stories/{story}/approve/press", data=hidden(page.text))


def test_every_place_is_asked_and_none_is_chosen(ada: FlaskClient, story: int) -> None:
    """Ten questions, and the words themselves above them; what was said before is a hint, not an answer."""
    page = ada.get(f"/portal/stories/{story}/approve").text

    assert page.count("<fieldset") == len(PLACES) + 2
    assert "checked" not in page
    assert "A blue blanket. 💛" in page
    assert page.count("Last time you said Yes.") == 1


def test_what_was_pressed_is_what_the_ledger_has(ada: FlaskClient, services: Services, story: int) -> None:
    """Yes here, No there, for these words, with the sentence and the day that stood on the last page."""
    form = yes_to(Scope.WEB, Scope.NEWSLETTER)
    look = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **form)
    assert "until 9 June 2028." in look.text
    answer = ada.post(f"/portal/stories/{story}/approve/press", data=hidden(look.text))

    assert answer.headers[LOCATION] == f"/portal/stories/{story}?said=approved"
    after = story_of(services, story)
    newest = newest_answers(after.consents)
    assert {scope for scope in PLACES if newest[scope].granted} == {Scope.WEB, Scope.NEWSLETTER}
    assert newest[Scope.WEB].expires_at == NOW + LASTS
    assert "until 9 June 2028. May we put your story on our website?" in newest[Scope.WEB].statement
    assert (after.state, newest[Scope.WEB].proven_by) == (StoryState.APPROVED, "portal_session:1")
    assert after.cool_off_until == NOW + timedelta(days=1)


def test_looking_once_more_writes_nothing(ada: FlaskClient, services: Services, story: int) -> None:
    """Only the last press does; going back keeps every answer."""
    form = yes_to(Scope.WEB, no_wait="yes")
    press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **form)
    again = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), change="yes", **form)

    assert (again.status_code, again.text.count("checked")) == (200, len(PLACES) + 2)
    assert story_of(services, story).state is StoryState.WITH_STORYTELLER


@pytest.mark.parametrize("scope", [Scope.WEB, Scope.AI_TRAINING])
def test_a_place_without_an_answer_is_named(ada: FlaskClient, services: Services, story: int, scope: Scope) -> None:
    """In the title, the summary and at the question; on the last page too. The other answers stay."""
    form = {**yes_to(Scope.PRESS), f"place_{scope}": ""}
    for address in ("approve", "approve/press"):
        page = press(ada, f"/portal/stories/{story}/{address}", seen=seen(services, story), **form)

        assert page.status_code == 422
        assert page.text.count(f"Choose Yes or No: {PLACES[scope].label.replace('&', '&amp;')}.") == 2
        assert page.text.count("checked") == len(PLACES)
    assert story_of(services, story).state is StoryState.WITH_STORYTELLER


@pytest.mark.parametrize(
    "day",
    [("", "", ""), ("31", "2", "2027"), ("1", "1", "2026"), ("1", "1", "2030"), ("x", "1", "2027"), ("٣", "٦", "٢٠٢٧")],
)
def test_a_day_that_cannot_be_used_is_said_so(
    ada: FlaskClient, services: Services, story: int, day: tuple[str, str, str]
) -> None:
    """Missing, not in the calendar, past, too late, not a number."""
    form = yes_to(Scope.WEB, until_day=day[0], until_month=day[1], until_year=day[2]) | {"until": "date"}
    page = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **form)

    assert (page.status_code, page.text.count("Write a day to come")) == (422, 2)


def test_it_can_end_on_a_day(ada: FlaskClient, services: Services, story: int) -> None:
    """At the end of that day."""
    form = yes_to(Scope.WEB, until_day="3", until_month="6", until_year="2027") | {"until": "date"}
    approve(ada, services, story, form)

    end = newest_answers(story_of(services, story).consents)[Scope.WEB].expires_at
    assert end is not None
    assert f"{end:%d %m %Y %H:%M}" == "03 06 2027 23:59"


def test_the_day_to_think_again_can_be_waived(ada: FlaskClient, services: Services, story: int) -> None:
    """By a tick."""
    approve(ada, services, story, yes_to(Scope.WEB, no_wait="yes"))

    assert story_of(services, story).cool_off_until is None


def test_no_everywhere_is_an_answer(ada: FlaskClient, services: Services, story: int) -> None:
    """Nothing else is asked, and it is said plainly."""
    answer = approve(ada, services, story, yes_to() | {"until": ""})

    assert answer.headers[LOCATION].endswith("said=approved_nowhere")
    assert not any(one.granted for one in newest_answers(story_of(services, story).consents).values())


def test_words_that_changed_meanwhile_are_shown_anew(ada: FlaskClient, services: Services, story: int) -> None:
    """Before the last look and after it: nothing is saved, the new words are there, the answers stay."""
    old = seen(services, story)
    look = press(ada, f"/portal/stories/{story}/approve", seen=old, **yes_to(Scope.WEB))
    with services.database.unit() as uow:
        row = uow.session.get_one(Story, story)
        words = edit_words(row, title="New title", teaser="", body="New words", editor="editor:1", seen=old, now=NOW)
        words.author, row.state = "storyteller", StoryState.WITH_STORYTELLER
    late = [
        press(ada, f"/portal/stories/{story}/approve", seen=old, **yes_to(Scope.WEB)),
        ada.post(f"/portal/stories/{story}/approve/press", data=hidden(look.text)),
    ]

    for page in late:
        assert page.status_code == 409
        assert "The words changed meanwhile" in page.text
        assert "New words" in page.text
        assert page.text.count("checked") == len(PLACES) + 1
    assert story_of(services, story).state is StoryState.WITH_STORYTELLER


def test_new_changes_come_before_the_places(ada: FlaskClient, services: Services, story: int) -> None:
    """Whoever looks, or presses in an old tab, is led to them."""
    old = seen(services, story)
    ask_about_changes(services, story, body=EDITED)

    changes = f"/portal/stories/{story}/changes?said=first_changes"
    assert ada.get(f"/portal/stories/{story}/approve").headers[LOCATION] == changes
    for page in ("approve", "approve/press"):
        late = press(ada, f"/portal/stories/{story}/{page}", seen=old, **yes_to(Scope.WEB))
        assert late.headers[LOCATION] == changes


def test_unfinished_work_of_the_editors_cannot_be_approved(ada: FlaskClient, services: Services, story: int) -> None:
    """Nobody has asked about it yet, whatever is sent."""
    with services.database.unit() as uow:
        row = uow.session.get_one(Story, story)
        edit_words(row, title="T", teaser="", body="Half", editor="editor:1", seen=row.words.hash, now=NOW)
    assert ada.get(f"/portal/stories/{story}/approve").headers[LOCATION].endswith("said=with_us")
    forced = press(ada, f"/portal/stories/{story}/approve/press", seen=seen(services, story), **yes_to(Scope.WEB))

    assert forced.status_code == 409
    assert story_of(services, story).state is StoryState.IN_EDIT


def test_from_there_it_can_go_back_to_the_editors(ada: FlaskClient, services: Services, story: int) -> None:
    """With a word about what should be different."""
    page = ada.get(f"/portal/stories/{story}/approve").text
    assert f'action="/portal/stories/{story}/changes"' in page
    form = {"seen": seen(services, story), "words": "Not mum.", "again": "yes"}
    press(ada, f"/portal/stories/{story}/changes", **form)

    after = story_of(services, story)
    assert (after.state, after.comments[0].words) == (StoryState.IN_EDIT, "Not mum.")


def test_pressing_twice_is_harmless(ada: FlaskClient, services: Services, story: int) -> None:
    """The back button and the press again."""
    page = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **yes_to(Scope.WEB))
    answers = [ada.post(f"/portal/stories/{story}/approve/press", data=hidden(page.text)) for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    assert story_of(services, story).state is StoryState.APPROVED


def test_a_guardian_is_asked_and_so_is_the_child(ada: FlaskClient, services: Services, story: int) -> None:
    """Both answers stand in the ledger; without them there is no yes."""
    set_row(services, story, told_by=GivenBy.GUARDIAN, relation="mother")
    bare = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **yes_to(Scope.WEB))
    assert (bare.status_code, bare.text.count("Choose what your child says.")) == (422, 2)
    assert "Only somebody with parental responsibility" in bare.text

    approve(ada, services, story, yes_to(Scope.WEB, parental_responsibility="yes", assent="yes"))
    record = newest_answers(story_of(services, story).consents)[Scope.WEB]
    assert (record.parental_responsibility, record.assent, record.relation) == (True, Assent.YES, "mother")


def test_a_childs_no_counts(ada: FlaskClient, services: Services, story: int) -> None:
    """A yes beside it is not taken; no everywhere is."""
    set_row(services, story, told_by=GivenBy.GUARDIAN)
    form = yes_to(Scope.WEB, parental_responsibility="yes", assent="no")
    page = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **form)
    assert (page.status_code, page.text.count("Your child’s no counts.")) == (422, 2)

    approve(ada, services, story, yes_to(assent="no"))
    assert newest_answers(story_of(services, story).consents)[Scope.WEB].assent is Assent.NO


@pytest.mark.parametrize("role", [GivenBy.NEXT_OF_KIN, GivenBy.PROXY])
def test_who_answers_for_somebody_confirms_it(ada: FlaskClient, services: Services, story: int, role: GivenBy) -> None:
    """And the sentence is kept beside the story."""
    set_row(services, story, told_by=role, relation="daughter")
    bare = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **yes_to(Scope.WEB))
    assert (bare.status_code, bare.text.count("Please confirm this")) == (422, 2)

    approve(ada, services, story, yes_to(Scope.WEB, confirmed="yes"))
    assert len(story_of(services, story).comments) == 1


def test_a_grown_up_child_answers_alone(ada: FlaskClient, services: Services, story: int, clock: Clock) -> None:
    """The guardian's page leads to one question; after it the person decides."""
    set_row(services, story, told_by=GivenBy.GUARDIAN, of_age_at=NOW)
    assert ada.get(f"/portal/stories/{story}/approve").headers[LOCATION] == f"/portal/stories/{story}/grown-up"
    assert press(ada, f"/portal/stories/{story}/grown-up").status_code == 422
    press(ada, f"/portal/stories/{story}/grown-up", me="yes")

    approve(ada, services, story, yes_to(Scope.WEB))
    assert newest_answers(story_of(services, story).consents)[Scope.WEB].given_by is GivenBy.SELF


@pytest.mark.parametrize(
    "ends", ["", "tomorrow", "2026-07-01", "2031-01-01T00:00:00+00:00", "2020-01-01T00:00:00+00:00"]
)
def test_a_forged_end_is_not_believed(ada: FlaskClient, services: Services, story: int, ends: str) -> None:
    """Not longer than two years, not in the past, whatever the last page is said to have shown."""
    page = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **yes_to(Scope.WEB))
    answer = ada.post(f"/portal/stories/{story}/approve/press", data={**hidden(page.text), "ends": ends})

    record = newest_answers(story_of(services, story).consents)[Scope.WEB]
    assert answer.status_code in {303, 422}
    assert record.expires_at is None or record.expires_at <= NOW + LASTS


@pytest.fixture
def sister(services: Services, story: int) -> int:
    """Somebody on a photo of the story who was never asked."""
    with services.database.unit() as uow:
        photo = StoryPhoto(asset_key="a" * 64, width=480, height=320, alt="Us two", created_at=NOW)
        person = StoryPhotoPerson(who="my sister", created_at=NOW)
        photo.people.extend([StoryPhotoPerson(who=ME, created_at=NOW), person])
        row = uow.session.get_one(Story, story)
        row.photos.append(photo)
    return person.id


def test_people_on_photos_are_asked_with_the_words(
    ada: FlaskClient, services: Services, story: int, sister: int
) -> None:
    """What they say counts for this photo and the places with a Yes; the teller's own yes is in the teller's."""
    form = yes_to(Scope.WEB)
    forgotten = press(ada, f"/portal/stories/{story}/approve", seen=seen(services, story), **form)
    assert (forgotten.status_code, "Choose Yes or No for the photo: my sister." in forgotten.text) == (422, True)

    approve(ada, services, story, form | {f"person_{sister}": "yes"})
    with services.database.read() as session:
        found = session.get_one(Story, story)
        assert photos_agreed(found, Scope.WEB, NOW)
        assert not photos_agreed(found, Scope.NEWSLETTER, NOW)


def test_a_no_of_somebody_on_a_photo_hides_the_photo(
    ada: FlaskClient, services: Services, story: int, sister: int
) -> None:
    """The words are agreed to; the photo has to come out before they are published."""
    approve(ada, services, story, yes_to(Scope.WEB, **{f"person_{sister}": "no"}))

    with services.database.unit() as uow:
        found = story_for_change(uow.session, story)
        with pytest.raises(PhotoConsentMissing):
            publish(uow, found, seen=found.words.hash, now=NOW + timedelta(days=2))
        take_out(found, found.photos[0].id, now=NOW)
        publish(uow, found, seen=found.words.hash, now=NOW + timedelta(days=2))
