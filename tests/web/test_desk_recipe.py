"""The recipe of a newsletter as a form: parts in order, days, questions, and what would come of it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.issues.model import Newsletter
from service.issues.recipe import Slot, Source, read_recipe
from tests.issues.paper import RECIPE, a_newsletter, a_story, an_article
from tests.web.at_desk import browser, press, trail

PAGE = "/desk/newsletters/1/recipe"


@pytest.fixture(autouse=True)
def paper(services: Services) -> Newsletter:
    """The monthly newsletter, with a story and an article that wait."""
    with services.database.unit() as uow:
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")
        return a_newsletter(uow.session)


def typed(client: FlaskClient) -> dict[str, str]:
    """What a browser would send back of the form as it stands."""
    page = client.get(PAGE).text
    inputs = re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page)
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page)
    chosen = re.findall(r'<select[^>]* name="([^"]+)"(?:(?!</select>).)*?<option value="([^"]*)" selected', page, re.S)
    return {name: value for name, value in (*inputs, *areas, *chosen) if name != "csrf_token"}


def kept(services: Services) -> Newsletter:
    """The newsletter as the database has it."""
    with services.database.read() as session:
        return session.get_one(Newsletter, 1)


def each(slot: Slot) -> tuple[object, ...]:
    """What counts of a part."""
    return slot.name, slot.source, slot.count, slot.where, slot.window_days, slot.heading, slot.words


def parts(page: str) -> list[str]:
    """The kinds of the parts on a page, in order."""
    return re.findall(r"<h3>\d+\. ([^<]+)</h3>", page)


def test_saving_what_stands_there_changes_nothing_that_counts(desk: FlaskClient, services: Services) -> None:
    """The form knows everything that the recipe says; the footer comes by itself."""
    assert press(desk, PAGE, **typed(desk)).status_code == 303

    before, now = read_recipe(RECIPE), read_recipe(kept(services).recipe)
    assert [each(slot) for slot in now.slots] == [each(s) for s in before.slots if s.source is not Source.FIXED]
    assert (now.awareness_days, now.prompts) == (before.awareness_days, before.prompts)
    assert trail(services) == [("changed_the_recipe", "newsletter:1")]


def test_a_part_is_added_moved_and_taken_out(desk: FlaskClient, services: Services) -> None:
    """By buttons, with nothing lost that was typed, and nothing saved by them."""
    form = typed(desk) | {"slot-1-heading": "Somebody like you"}
    added = press(desk, PAGE, **form | {"do": "slot-add", "add": "words"}).text
    moved = press(desk, PAGE, **form, do="slot-1-up").text
    shorter = press(desk, PAGE, **form, do="slot-0-out").text

    assert parts(added)[-1] == "The same words every time"
    assert parts(moved)[:2] == ["Stories", "A few words from us"]
    assert parts(shorter)[0] == "Stories"
    assert all("Somebody like you" in page for page in (added, moved, shorter))
    assert kept(services).recipe == RECIPE


def test_filters_are_kept_as_conditions(desk: FlaskClient, services: Services) -> None:
    """Kind, topics and language of the stories of a part."""
    filters = {"slot-1-format": "postcard", "slot-1-topic": "school, work", "slot-1-lang": "fr", "slot-1-count": "2"}
    press(desk, PAGE, **typed(desk) | filters)

    slot = read_recipe(kept(services).recipe).slots[1]
    assert (slot.count, slot.where) == (2, {"format": "postcard", "topic": "school,work", "lang": "fr"})
    assert slot.takes_story("postcard", ["work"], "fr-CA")
    assert not slot.takes_story("postcard", ["home"], "fr")
    assert not slot.takes_story("text", ["work"], "fr")
    assert not slot.takes_story("postcard", ["work"], "en")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("slot-1-count", "many", "Write a whole number from 1 to 10."),
        ("slot-3-window_days", "0", "Write a whole number from 1 to 366."),
        ("slot-1-lang", "french!", "Write a language as in"),
        ("slot-2-name", "lead story", "Another part has this name."),
        ("day-0-url", "http://day.example", "Write an address that begins with https://"),
        ("day-0-name", "", "Write the name of the day"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    desk: FlaskClient, services: Services, field: str, value: str, sentence: str
) -> None:
    """With what was typed kept, and nothing saved."""
    answer = press(desk, PAGE, **typed(desk) | {field: value})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert sentence in answer.text
    assert f'value="{value}"' in answer.text
    assert kept(services).recipe == RECIPE


def test_a_day_that_never_comes_is_refused(desk: FlaskClient) -> None:
    """30 February does not, the last day of February does."""
    never = press(desk, PAGE, **typed(desk) | {"day-0-month": "2", "day-0-when": "BYMONTHDAY=30"})
    last = press(desk, PAGE, **typed(desk) | {"day-0-month": "2", "day-0-when": "BYMONTHDAY=-1"})

    assert "This day never comes." in never.text
    assert last.status_code == 303


def test_what_would_come_next_is_shown_before_saving(desk: FlaskClient, services: Services) -> None:
    """With the recipe as it is typed, and nothing kept of it."""
    form = typed(desk) | {"slot-0-words": "A new hello.", "slot-1-format": "postcard", "show": "yes"}

    page = press(desk, PAGE, **form).text

    assert "What would come next with this" in page
    assert "Nothing is saved yet." in page
    assert "No story that fits is waiting." in page
    assert kept(services).recipe == RECIPE


def test_a_colleague_who_was_faster_is_not_overwritten_unseen(desk: FlaskClient, services: Services) -> None:
    """What was typed stays; saving again takes the place of theirs."""
    form = typed(desk) | {"prompts": "Who sat with you?"}
    press(desk, PAGE, **typed(desk) | {"prompts": "What did you pack?"})

    answer = press(desk, PAGE, **form)

    assert answer.status_code == 409
    assert "Who sat with you?" in answer.text
    assert kept(services).recipe["prompts"] == ["What did you pack?"]
    assert press(desk, PAGE, **form | {"version": str(kept(services).version)}).status_code == 303


def test_an_issue_needs_a_part(desk: FlaskClient) -> None:
    """An empty recipe is refused."""
    assert "An issue needs at least one part." in press(desk, PAGE, version="1", prompts="").text


def test_a_viewer_has_no_recipe_form(app: Flask, services: Services) -> None:
    """Editors make newsletters."""
    viewer = browser(app, services, Role.VIEWER)

    assert viewer.get(PAGE).status_code == 403
    assert press(viewer, PAGE).status_code == 403


def test_a_part_becomes_another_kind_and_keeps_what_was_typed(desk: FlaskClient, services: Services) -> None:
    """Its place and heading stay; words for the kind that it was come back with that kind; saving takes the new one."""
    form = typed(desk) | {"slot-0-words": "Hello, all.", "slot-0-heading": "For you", "slot-0-source": "articles"}
    page = press(desk, PAGE, **form, do="slot-0-kind").text
    assert parts(page)[0] == "Articles of ours"
    assert "For you" in page
    assert 'name="slot-0-count"' in page
    assert 'type="hidden" name="slot-0-words" value="Hello, all."' in page
    assert kept(services).recipe == RECIPE

    assert press(desk, PAGE, **form | {"slot-0-count": "2"}).status_code == 303
    first = read_recipe(kept(services).recipe).slots[0]
    assert (first.source, first.count, first.heading, first.words) == (Source.ARTICLES, 2, "For you", "")
