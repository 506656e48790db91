"""The time machine."""

from typing import Any

from sqlalchemy import func, select

from service.db import Database
from service.issues.compose import compose, compose_next
from service.issues.model import Issue, Item, ItemKind, Newsletter, WhenThin
from service.issues.outlook import Outlook, look_ahead
from service.issues.schedule import occurrences
from tests.cast import NOW
from tests.issues.paper import RECIPE, a_newsletter, a_story, an_article, days_before


def seen(database: Database, newsletter: Newsletter) -> Outlook:
    """What comes, seen today."""
    with database.read() as session:
        return look_ahead(session, session.get_one(Newsletter, newsletter.id), NOW)


def stories_of(outlook: Outlook) -> list[str]:
    """The titles of its stories, in order."""
    return [entry.title for each in outlook.previews for entry in each.entries if entry.kind is ItemKind.STORY]


def shelf(database: Database, count: int) -> None:
    """That many stories; the first is the oldest."""
    with database.unit() as uow:
        for number in range(count):
            a_story(uow.session, f"story-{number}", days_before(60 - number))


def test_it_says_when_stories_run_out(database: Database, newsletter: Newsletter) -> None:
    """One sentence, with both dates."""
    shelf(database, 2)
    outlook = seen(database, newsletter)

    assert stories_of(outlook) == ["Story 0", "Story 1"]
    assert outlook.supply == (
        "Stories run out after the issue of 4 August 2026: "
        "a place for a story stays empty in the issue of 1 September 2026."
    )
    assert (outlook.waiting, outlook.left, outlook.longest_wait) == (2, 0, days_before(60))


def test_it_says_when_there_are_enough(database: Database, newsletter: Newsletter) -> None:
    """Eight stories, six issues."""
    shelf(database, 8)

    assert (
        seen(database, newsletter).supply == "There are stories for the next 6 issues, and 2 will be left after them."
    )


def test_it_says_when_there_are_none(database: Database, newsletter: Newsletter) -> None:
    """Not in half a year: now."""
    assert seen(database, newsletter).supply == (
        "Stories have run out: a place for a story stays empty in the issue of 7 July 2026."
    )


def test_a_place_for_another_kind_of_story_is_no_end_of_stories(database: Database) -> None:
    """There is no postcard, and there are stories all the same: both are said."""
    postcard = {"slot": "postcard", "source": "stories", "where": ["format:postcard"]}
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe=RECIPE | {"slots": [RECIPE["slots"][1], postcard]})
    shelf(database, 1)

    assert seen(database, paper).supply == (
        "Stories run out after the issue of 7 July 2026: "
        "a place for a story stays empty in the issue of 4 August 2026. "
        "Nothing fits “postcard” in the issue of 7 July 2026."
    )


def test_what_it_shows_is_what_is_composed(database: Database, newsletter: Newsletter) -> None:
    """The six issues, made for real one after another, have the same items for the same reasons."""
    shelf(database, 4)
    with database.unit() as uow:
        an_article(uow.session, "one")
        an_article(uow.session, "two")
    foretold = seen(database, newsletter)

    with database.unit() as uow:
        paper = uow.session.get_one(Newsletter, newsletter.id)
        made = [compose(uow, paper, each.period, each.at, NOW) for each in occurrences(paper, NOW, 6)]
        came = [[(item.kind, item.why) for item in issue.items] for issue in made]

    assert [[(entry.kind, entry.why) for entry in each.entries] for each in foretold.previews] == came


def test_looking_writes_nothing(database: Database, newsletter: Newsletter) -> None:
    """However often, and it always sees the same."""
    shelf(database, 3)
    first = seen(database, newsletter)

    assert first == seen(database, newsletter)
    with database.read() as session:
        assert session.scalar(select(func.count(Issue.id))) == session.scalar(select(func.count(Item.id))) == 0


def test_a_draft_is_shown_as_it_stands(database: Database, newsletter: Newsletter) -> None:
    """With what editors have changed in it; its story does not come again."""
    shelf(database, 2)
    with database.unit() as uow:
        draft = compose_next(uow, uow.session.get_one(Newsletter, newsletter.id), NOW)
        draft.items[:] = [item for item in draft.items if item.kind is ItemKind.STORY]
    outlook = seen(database, newsletter)

    assert outlook.previews[0].issue is not None
    assert [entry.title for entry in outlook.previews[0].entries] == ["Story 0"]
    assert stories_of(outlook) == ["Story 0", "Story 1"]


def test_a_thin_issue_that_is_skipped_uses_nothing_up(database: Database) -> None:
    """Its one story waits until there are two."""
    parts: dict[str, Any] = {"when_thin": WhenThin.SKIP, "thin_below": 2}
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe=RECIPE | {"slots": [RECIPE["slots"][1]]}, **parts)
    shelf(database, 1)
    outlook = seen(database, paper)

    assert all(each.skipped for each in outlook.previews)
    assert outlook.left == 1


def test_a_recipe_without_stories_runs_out_of_none(database: Database) -> None:
    """And says so."""
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe={"slots": []})

    assert seen(database, paper).supply == "The recipe asks for no stories."


def test_it_counts_whose_stories_they_are(database: Database, newsletter: Newsletter) -> None:
    """The fairness meter: role, stage, country and format of what comes."""
    with database.unit() as uow:
        a_story(uow.session, "one", days_before(9)).role = "carer"
        a_story(uow.session, "two", days_before(8)).country = "PL"

    mix = seen(database, newsletter).mix

    assert mix["role"] == {"carer": 1, "patient": 1}
    assert mix["country"] == {"PL": 1, "not said": 1}
