"""The editors' changes before their teller: each by itself, in plain words, and nothing is lost."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.stories.model import Story, StoryState
from service.stories.moderation import edit_words
from tests.cast import NOW
from tests.web.at_portal import (
    EDITED,
    LOCATION,
    TOLD,
    ask_about_changes,
    enter,
    press,
    seen,
    story_of,
    story_with_changes,
)


@pytest.fixture
def story(services: Services) -> int:
    """Ada's story, with two changes to decide about."""
    return story_with_changes(services)


@pytest.fixture
def ada(app: Flask, services: Services, story: int) -> FlaskClient:
    """Ada's browser, let in."""
    return enter(app, services, story)


def names(client: FlaskClient, story: int) -> list[str]:
    """The names of the questions on the page, in their order."""
    return list(dict.fromkeys(re.findall(r'name="(change_\d+)"', client.get(f"/portal/stories/{story}/changes").text)))


def test_the_way_in_says_what_waits(ada: FlaskClient, story: int) -> None:
    """On the first page and on the story's: one press from there."""
    for path in ("/portal/stories", f"/portal/stories/{story}"):
        page = ada.get(path).text
        assert "Please say for each change whether you want it." in page
        assert f'href="/portal/stories/{story}/changes"' in page
        assert "You read it and decide" in page


def test_each_change_is_shown_in_words(ada: FlaskClient, story: int) -> None:
    """Before and after, marked and said; the reason; two answers, none of them chosen."""
    page = ada.get(f"/portal/stories/{story}/changes").text

    assert page.count("You wrote") == page.count("We would write") == 2
    assert '<ins><span class="visually-hidden" lang="en-GB" dir="ltr"> [new: </span>soft' in page
    assert '<del><span class="visually-hidden" lang="en-GB" dir="ltr"> [taken out: </span>mum' in page
    assert "Clearer, 1." in page
    assert page.count('type="radio"') == 4
    assert "checked" not in page


def test_what_is_missing_is_named_and_the_rest_is_kept(ada: FlaskClient, services: Services, story: int) -> None:
    """One of two answered: the page again, and the answer is saved, also in another tab."""
    first, second = names(ada, story)
    form = {first: "keep", "seen": seen(services, story), "words": "Wait 💛"}
    page = press(ada, f"/portal/stories/{story}/changes", **form)

    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert page.text.count("Choose for change 2: accept it, or keep your words.") == 2
    assert f'href="#{second}"' in page.text
    assert "Wait 💛" in page.text
    assert f'name="{first}" value="keep" checked' in ada.get(f"/portal/stories/{story}/changes").text
    assert story_of(services, story).comments == []


def test_the_words_are_made_of_the_answers(ada: FlaskClient, services: Services, story: int) -> None:
    """One accepted, one kept; what was written to the editors reaches them; then the words are there to be read."""
    first, second = names(ada, story)
    form = {first: "accept", second: "keep", "seen": seen(services, story), "words": "She is my mum."}
    answer = press(ada, f"/portal/stories/{story}/changes", **form)

    assert answer.headers[LOCATION] == f"/portal/stories/{story}/approve?said=decided"
    after = story_of(services, story)
    assert after.words.body == "A soft blue blanket. 💛\n\nMy mum sang.\n\nThen we slept."
    assert (after.words.author, after.comments[0].words) == ("storyteller", "She is my mum.")
    page = ada.get(answer.headers[LOCATION]).text
    assert "soft blue blanket" in page
    assert "My mother" not in page


def test_all_accepted_are_the_words_of_the_editors(ada: FlaskClient, services: Services, story: int) -> None:
    """No new revision is made of nothing."""
    press(
        ada,
        f"/portal/stories/{story}/changes",
        **dict.fromkeys(names(ada, story), "accept"),
        seen=seen(services, story),
    )

    assert story_of(services, story).words.body == EDITED


def test_it_can_go_back_to_the_editors(ada: FlaskClient, services: Services, story: int) -> None:
    """With some answers and a word; no answer is needed for that."""
    first, _ = names(ada, story)
    form = {first: "keep", "seen": seen(services, story), "words": "Not like this.", "again": "yes"}
    answer = press(ada, f"/portal/stories/{story}/changes", **form)

    after = story_of(services, story)
    assert after.state is StoryState.IN_EDIT
    assert [change.accepted for change in after.changes] == [False, None]
    assert after.comments[0].words == "Not like this."
    assert "We work on it again" in ada.get(answer.headers[LOCATION]).text
    assert "no changes to decide" in ada.get(f"/portal/stories/{story}/changes", follow_redirects=True).text


def test_answers_to_words_that_changed_meanwhile_do_nothing(ada: FlaskClient, services: Services, story: int) -> None:
    """The new changes are shown instead, with what was typed; nothing was decided."""
    old, questions = seen(services, story), names(ada, story)
    with services.database.unit() as uow:
        row = uow.session.get_one(Story, story)
        edit_words(
            row, title="What I packed", teaser="", body=TOLD + "\n\nThe end.", editor="editor:1", seen=old, now=NOW
        )
    ask_about_changes(services, story, body=TOLD + "\n\nThe end, and more.")
    form = {**dict.fromkeys(questions, "accept"), "seen": old, "words": "My note 💛"}
    page = press(ada, f"/portal/stories/{story}/changes", **form)

    assert page.status_code == 409
    assert "The words changed meanwhile" in page.text
    assert "My note 💛" in page.text
    assert "The end, and more." in page.text
    assert {change.accepted for change in story_of(services, story).changes} == {None}


def test_answers_while_the_editors_work_on_it_say_so(ada: FlaskClient, services: Services, story: int) -> None:
    """Out of order: an old tab after the story went back. Clear words, and what was typed."""
    old, questions = seen(services, story), names(ada, story)
    press(ada, f"/portal/stories/{story}/changes", seen=old, again="yes")
    form = {**dict.fromkeys(questions, "accept"), "seen": old, "words": "My note 💛"}
    page = press(ada, f"/portal/stories/{story}/changes", **form)

    assert (page.status_code, "My note 💛" in page.text) == (409, True)
    assert "That is not possible just now" in page.text
    assert story_of(services, story).words.body == EDITED


def test_answers_nobody_asked_for_change_nothing(ada: FlaskClient, services: Services, story: int) -> None:
    """Another story's change, a word that is no answer."""
    form = {"change_999": "accept", names(ada, story)[0]: "maybe", "seen": seen(services, story)}

    assert press(ada, f"/portal/stories/{story}/changes", **form).status_code == 422
    assert {change.accepted for change in story_of(services, story).changes} == {None}


@pytest.mark.parametrize("words", ["مرحبا <b>بك</b>", "👩‍👧 family", "שלום"])
def test_any_script_is_shown_in_its_own_direction(
    app: Flask, services: Services, words: str, ada: FlaskClient, story: int
) -> None:
    """As text, never as markup."""
    ask_about_changes(services, story, body=f"{words}\n\nThen we slept.")
    page = ada.get(f"/portal/stories/{story}/changes").text

    assert "<b>بك" not in page
    assert words.split(maxsplit=1)[0] in page
    assert page.count('class="words" dir="auto"') >= 2
