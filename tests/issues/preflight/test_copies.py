"""Which copies preflight has looked at: everybody's, with the size of each as it is sent."""

import pytest

from service.bootstrap import Services
from service.db import Database
from service.issues.model import Issue, ItemKind
from service.issues.preflight.copies import BESIDES, HAD, LookedAt
from service.issues.preflight.examine import examination
from service.mail.letterhead import Letterhead
from service.stories.model import Story
from service.subscribers.model import Subscription
from service.subscribers.reading import Reading, choose_reading
from tests.cast import NOW
from tests.issues.paper import a_story
from tests.issues.preflight.test_examine import an_item
from tests.subscribers.readers import TOKENS, a_subscription


def reads_like(database: Database, *readings: Reading) -> None:
    """Somebody on the list for each of these ways of reading."""
    with database.unit() as uow:
        for number, reading in enumerate(readings):
            place: Subscription = a_subscription(uow.session, f"reader{number}@example.test")
            place.start(NOW)
            choose_reading(uow, TOKENS, place.subscriber, reading, now=NOW)


def copies(database: Database, issue: Issue, head: Letterhead) -> dict[str, LookedAt]:
    """What was looked at, by what sets it apart."""
    with database.read() as session:
        seen = examination(session, session.get_one(Issue, issue.id), head, NOW).copies
    return {each.about: each for each in seen}


OF_EVERYBODY = ["", f"1 left out {HAD}"]
"""What is looked at where nobody has chosen anything, and no story is there to stand in for the issue's own."""


def test_the_standard_copy_comes_first(database: Database, issue: Issue, head: Letterhead) -> None:
    """Then that of readers who have had the issue's story."""
    seen = copies(database, issue, head)

    assert list(seen) == OF_EVERYBODY
    assert (seen[""].copies, seen[""].size > seen[""].text_size > 1000) == (1, True)


@pytest.mark.parametrize(
    ("reading", "about"),
    [
        (Reading(large_text=True), "large letters"),
        (Reading(discreet=True), "discreet"),
        (Reading(lang="fr"), "words around it in Français"),
        (Reading(avoid=frozenset({"relapse"}), large_text=True), "large letters, 1 left out"),
        (Reading(plain_text=True, discreet=True), "discreet"),
    ],
)
def test_every_choice_that_somebody_made_is_looked_at(
    services: Services, issue: Issue, head: Letterhead, reading: Reading, about: str
) -> None:
    """Plain text is the text part of the same copy."""
    with services.database.unit() as uow:
        uow.session.get_one(Story, 1).content_notes = ["relapse"]
    reads_like(services.database, reading, reading)

    assert set(copies(services.database, issue, head)) == {*OF_EVERYBODY, about}


def test_copies_that_differ_in_the_same_way_are_one_line(services: Services, issue: Issue, head: Letterhead) -> None:
    """With their number and the largest size; nothing says who avoids what."""
    with services.database.unit() as uow:
        uow.session.get_one(Story, 1).content_notes = ["relapse"]
        kettle = a_story(uow.session, "the-kettle")
        kettle.content_notes = ["infertility"]
        saved = uow.session.get_one(Issue, issue.id)
        an_item(saved, ItemKind.STORY, story_id=kettle.id)
    reads_like(services.database, *(Reading(avoid=frozenset({group})) for group in ("relapse", "fertility")))

    assert copies(services.database, issue, head)["1 left out"].copies == 2


def test_what_stands_in_is_looked_at_in_a_copy_of_its_own(database: Database, issue: Issue, head: Letterhead) -> None:
    """As those get it who have had the issue's stories; and all of them once in one, which nobody gets."""
    with database.unit() as uow:
        a_story(uow.session, "the-kettle")

    seen = copies(database, issue, head)

    assert list(seen) == ["", f"1 swapped {HAD}", BESIDES]
    assert (seen[BESIDES].size, seen[BESIDES].text_size) == (0, 0)


def test_the_size_is_that_of_the_mail_as_it_is_sent(database: Database, issue: Issue, head: Letterhead) -> None:
    """The same figure as the one that may hold it back."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).items[0].words = "Long words again. " * 4700
    with database.read() as session:
        done = examination(session, session.get_one(Issue, issue.id), head, NOW)

    said = next(each.sentence for each in done.findings if each.code == "size")
    assert f"The mail is {done.copies[0].size // 1000} kB." in said
