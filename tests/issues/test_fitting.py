"""What kinds of readers get of an issue: swaps, closed places, the stories they missed, languages."""

import pytest
from sqlalchemy.orm import Session

from service.db import Database
from service.issues.fitting import Fit, Missed, Tailor, Wants
from service.issues.model import Issue, Item, ItemKind
from service.stories.model import Scope, Story
from service.subscribers.reading import Reading
from tests.cast import NOW
from tests.issues.paper import a_story, days_before, take_back

NO_DEATH = Reading(avoid=frozenset({"death"}))


def fitted(session: Session, issue: Issue, wants: Wants, *missable: int) -> Fit:
    """What they get."""
    return Tailor(session, session.get_one(Issue, issue.id), NOW, missable).fit(wants)


def shown(fit: Fit) -> list[int]:
    """The stories in it."""
    return [entry.story_id for entry in fit.entries if entry.story_id is not None]


@pytest.fixture
def hard(database: Database, issue: Issue) -> int:
    """The story of the issue speaks of a death."""
    with database.unit() as uow:
        story = uow.session.get_one(Story, issue.items[1].story_id)
        story.content_notes = ["death of a partner"]
    return story.id


def test_who_has_chosen_nothing_gets_the_items(database: Database, issue: Issue, hard: int) -> None:
    """As the editors put them."""
    with database.read() as session:
        fit = fitted(session, issue, Wants())

    assert [entry.item_id for entry in fit.entries] == [item.id for item in issue.items]
    assert (fit.swapped, fit.closed) == (0, 0)


def test_what_somebody_avoids_is_swapped_for_the_next_in_line(database: Database, issue: Issue, hard: int) -> None:
    """The one that waited longest and is not about it; it keeps the place and loses the words around the other."""
    with database.unit() as uow:
        uow.session.get_one(Item, issue.items[1].id).words = "Tomasz writes about his wife."
        a_story(uow.session, "grief-too", days_before(9)).content_notes = ["grief"]
        kind = a_story(uow.session, "the-tea", days_before(5)).id
        fit = fitted(uow.session, issue, Wants(NO_DEATH))

    assert shown(fit) == [kind]
    assert fit.entries[1].words == ""
    assert fit.swapped == 1


def test_without_another_the_place_closes(database: Database, issue: Issue, hard: int) -> None:
    """And nothing stands there."""
    with database.read() as session:
        fit = fitted(session, issue, Wants(NO_DEATH))

    assert (shown(fit), fit.closed, len(fit.entries)) == ([], 1, len(issue.items) - 1)


def test_a_story_without_consent_never_stands_in(database: Database, issue: Issue, hard: int) -> None:
    """The same rules of choosing as ever."""
    with database.unit() as uow:
        take_back(a_story(uow.session, "the-tea"), Scope.NEWSLETTER)
        fit = fitted(uow.session, issue, Wants(NO_DEATH))

    assert shown(fit) == []


def test_a_story_in_memory_of_somebody_speaks_of_death(database: Database, issue: Issue) -> None:
    """Even when no note says so."""
    with database.unit() as uow:
        uow.session.get_one(Story, issue.items[1].story_id).format = "memoriam"

        assert shown(fitted(uow.session, issue, Wants(NO_DEATH))) == []


def test_who_has_had_the_story_gets_another(database: Database, issue: Issue, hard: int) -> None:
    """By whichever newsletter it was."""
    with database.unit() as uow:
        other = a_story(uow.session, "the-tea").id

        assert shown(fitted(uow.session, issue, Wants(had=frozenset({hard})))) == [other]
        assert shown(fitted(uow.session, issue, Wants(had=frozenset({hard, other})))) == []


def test_a_memorial_never_stands_in_beside_an_ask_for_money(database: Database, issue: Issue, hard: int) -> None:
    """Not even where it would be next in line."""
    with database.unit() as uow:
        saved = uow.session.get_one(Issue, issue.id)
        ask = Item(issue=saved, position=9, kind=ItemKind.ASK, slot="ask", why="", words="Please donate.")
        uow.session.add(ask)
        a_story(uow.session, "for-jan").format = "memoriam"
        uow.session.flush()

        assert shown(fitted(uow.session, issue, Wants(had=frozenset({hard})))) == []


def test_missed_stories_come_last_and_only_those_that_may(database: Database, issue: Issue) -> None:
    """At most as many as are wanted; none that they have had, avoid, or that was taken back."""
    with database.unit() as uow:
        one, two, had, hard, gone = (a_story(uow.session, f"old-{n}", scopes=(Scope.NEWSLETTER,)) for n in range(5))
        hard.content_notes = ["funeral"]
        take_back(gone, Scope.NEWSLETTER)
        order = (gone.id, had.id, hard.id, two.id, one.id)
        wants = Wants(NO_DEATH, frozenset({had.id}), Missed(order, 1))
        fit = fitted(uow.session, issue, wants, *order)

    assert shown(fit)[-1] == two.id
    assert fit.caught_up == 1
    assert fit.entries[-2].heading == "While you were away"


def test_items_in_the_language_of_the_reader_come_first(database: Database, issue: Issue) -> None:
    """Where the newsletter has it; otherwise they read what there is."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.more_languages = ["pl"]
        a_story(uow.session, "the-tea")
        polish = a_story(uow.session, "herbata")
        polish.lang = "pl-PL"
        uow.session.flush()

        assert shown(fitted(uow.session, issue, Wants(Reading(lang="pl")))) == [polish.id]
        assert shown(fitted(uow.session, issue, Wants(Reading(lang="de")))) == [issue.items[1].story_id]
