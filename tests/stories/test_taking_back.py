"""Taking a story back: one row at once, then each place until it is clean, and a receipt that says what is true."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import Database, UnitOfWork
from service.mail.model import Notice
from service.stories.erasure import erase_story
from service.stories.errors import NoSuchStory
from service.stories.holds import open_cases, resolve
from service.stories.model import HoldKind, Scope, Story, StoryPhoto, TakeBack
from service.stories.moderation import withdraw
from service.stories.queries import story_for_change
from service.stories.receipts import Receipt, receipt_of
from service.stories.take_backs import Place
from service.stories.taking_back import LEASE, RECEIPT_AT_LATEST, Outcome, Surface, open_take_backs, take_back
from service.stories.visibility import visible_stories
from service.stories.web_places import web_places
from tests.cast import NOW
from tests.conftest import Chime, Clock
from tests.stories.tales import a_published_story, a_submitted_story

CLEAN, NOT_YET = Outcome(clean=True), Outcome(clean=False, said="Not yet.")


@pytest.fixture
def taken(database: Database) -> int:
    """A story of the website that its teller has just taken back; its row id."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.photos.append(StoryPhoto(asset_key="k", created_at=NOW))
        withdraw(uow, story, organisation="The Group", now=NOW, by="storyteller")
    return story.id


def surface(place: Place, *outcomes: Outcome | BaseException, there: bool = True) -> Surface:
    """A place that is found like this, look after look, and then clean."""
    coming = list(outcomes)

    def clean(_uow: UnitOfWork, _story: Story, _now: datetime) -> Outcome:
        outcome = coming.pop(0) if coming else CLEAN
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return Surface(place, lambda _session, _story: there, clean)


def nobody(_session: Session, _story: Story) -> list[dict[str, object]]:
    """No mail had left."""
    return []


def receipt(database: Database, story_id: int) -> Receipt:
    """What the teller sees."""
    with database.read() as session:
        return receipt_of(session, story_id)


def owed(database: Database) -> list[str]:
    """The mails that are owed."""
    with database.read() as session:
        return list(session.scalars(select(Notice.template).where(Notice.template == "story_taken_back")))


def test_one_row_takes_it_back_and_the_bell_rings(database: Database, taken: int, chime: Chime) -> None:
    """Nobody sees it any more, before any worker has heard of it."""
    with database.read() as session:
        assert session.execute(visible_stories(Scope.WEB, NOW)).all() == []
        assert open_take_backs(session, NOW) == [taken]
    assert ("stories.take_back", taken) in chime.rung


def test_each_place_of_the_website_is_looked_at(database: Database, taken: int, clock: Clock) -> None:
    """And is on the receipt with its time; what has no words to add says nothing."""
    clock.move(seconds=2)
    assert take_back(database, taken, web_places(), nobody, clock=clock)

    found = receipt(database, taken)
    assert found.done
    assert [line.clean_at for line in found.lines] == [clock.at] * 11
    assert found.seconds == 2
    assert owed(database) == ["story_taken_back"]


def test_a_receipt_names_only_places_it_was_in(database: Database, clock: Clock) -> None:
    """A story that no reader ever saw was nowhere."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        withdraw(uow, story, organisation="The Group", now=NOW)

    assert take_back(database, story.id, web_places(), nobody, clock=clock)
    assert receipt(database, story.id).lines == []
    assert receipt(database, story.id).unreachable == []


def test_a_story_that_can_still_be_seen_is_not_called_clean(database: Database, clock: Clock) -> None:
    """The looks are real: they find a story that stands on the site."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        uow.session.add(TakeBack(story_id=story.id, at=NOW, look_at=NOW))

    assert not take_back(database, story.id, web_places(), nobody, clock=clock)
    assert {line.clean_at for line in receipt(database, story.id).lines} == {None}


@pytest.mark.parametrize("trouble", [NOT_YET, RuntimeError("broken")])
def test_a_place_that_fails_does_not_hold_up_the_others(
    database: Database, taken: int, clock: Clock, trouble: Outcome | Exception
) -> None:
    """It is tried again, later and later; the receipt waits for it."""
    places = [surface(Place.COMING, trouble, trouble), surface(Place.PAGE)]

    assert not take_back(database, taken, places, nobody, clock=clock)
    assert [line.clean_at for line in receipt(database, taken).lines] == [None, NOW]
    assert owed(database) == []
    for wait in (2, 4):
        with database.read() as session:
            assert open_take_backs(session, clock()) == []
            assert open_take_backs(session, clock.move(seconds=wait)) == [taken]
        done = take_back(database, taken, places, nobody, clock=clock)
    assert done
    assert owed(database) == ["story_taken_back"]


def test_a_worker_that_dies_costs_seconds(database: Database, taken: int, clock: Clock) -> None:
    """Killed in the middle of a place: after the lease somebody else goes on, and what was clean keeps its time."""
    places = [surface(Place.PAGE), surface(Place.COMING, KeyboardInterrupt())]
    with pytest.raises(KeyboardInterrupt):
        take_back(database, taken, places, nobody, clock=clock)

    assert not take_back(database, taken, places, nobody, clock=clock)
    clock.at += LEASE
    assert take_back(database, taken, places, nobody, clock=clock)
    assert [line.clean_at for line in receipt(database, taken).lines] == [NOW, NOW + LEASE]


def test_ringing_again_does_nothing_again(database: Database, taken: int, clock: Clock) -> None:
    """One mail, and the first times stay."""
    take_back(database, taken, web_places(), nobody, clock=clock)
    clock.move(hours=1)

    assert not take_back(database, taken, web_places(), nobody, clock=clock)
    assert owed(database) == ["story_taken_back"]
    assert {line.clean_at for line in receipt(database, taken).lines} == {NOW}


def test_the_teller_hears_within_ten_minutes(database: Database, taken: int, clock: Clock) -> None:
    """Also when a place resists: the mail names it, before address and words are erased."""
    places = [surface(Place.PAGE), surface(Place.SENDING, *[NOT_YET] * 100)]
    while clock() < NOW + RECEIPT_AT_LATEST:
        assert owed(database) == []
        take_back(database, taken, places, nobody, clock=clock)
        clock.move(minutes=1)
    take_back(database, taken, places, nobody, clock=clock)

    clock.move(minutes=5)
    take_back(database, taken, places, nobody, clock=clock)
    assert owed(database) == ["story_taken_back"]
    assert not receipt(database, taken).done


@pytest.mark.parametrize(
    ("readers", "says"), [(1, "is with 1 person already"), (12_000, "is with 12,000 people already")]
)
def test_what_cannot_be_undone_is_said(database: Database, taken: int, clock: Clock, readers: int, says: str) -> None:
    """Mails that have left, by day and number; copies; search engines."""

    def had(_session: Session, _story: Story) -> list[dict[str, object]]:
        return [{"on": "2026-06-02", "readers": readers}]

    take_back(database, taken, web_places(), had, clock=clock)

    mails, copies, engines = receipt(database, taken).unreachable
    assert says in mails
    assert "2 June 2026" in mails
    assert "Copies" in copies
    assert "Search engines" in engines


def test_other_peoples_places_are_a_persons_errand(database: Database, clock: Clock) -> None:
    """No program can look there: the receipt says so, and who does it, until an editor has done it."""
    with database.unit() as uow:
        story = a_published_story(uow.session, scopes=[Scope.WEB, Scope.PRESS])
        withdraw(uow, story, organisation="The Group", now=NOW, by="storyteller")
        [errand] = open_cases(uow.session, HoldKind.GIVEN_AWAY)
    take_back(database, story.id, web_places(), nobody, clock=clock)

    assert "newspapers" in receipt(database, story.id).elsewhere
    assert "finds out" in receipt(database, story.id).elsewhere
    with database.unit() as uow:
        resolve(uow, errand.id, by="editor:1", resolution="Nobody had it.", now=NOW)
    assert "looked on 10 June 2026" in receipt(database, story.id).elsewhere


def test_nobody_is_sent_on_an_errand_for_nothing(database: Database) -> None:
    """A story that stood on our website alone, or was never ready to be given to anybody, is with nobody else."""
    with database.unit() as uow:
        ours = a_published_story(uow.session)
        unread = a_submitted_story(uow.session, slug="unread", scopes=[Scope.WEB, Scope.PRESS])
        for story in (ours, unread):
            withdraw(uow, story, organisation="The Group", now=NOW, by="storyteller")

        assert open_cases(uow.session, HoldKind.GIVEN_AWAY) == []
        assert receipt_of(uow.session, unread.id).elsewhere == ""


def test_a_story_that_was_not_taken_back_has_no_receipt(database: Database) -> None:
    """There is nothing to show."""
    with database.unit() as uow:
        story = a_published_story(uow.session)

    with pytest.raises(NoSuchStory):
        receipt(database, story.id)


def test_it_goes_on_after_the_words_are_erased(database: Database, taken: int, clock: Clock) -> None:
    """A place that resists for an hour is still worked on."""
    with database.unit() as uow:
        erase_story(uow, story_for_change(uow.session, taken), now=NOW + timedelta(hours=1))
    clock.move(hours=1)

    assert take_back(database, taken, web_places(), nobody, clock=clock)
    assert receipt(database, taken).words_go_at is None
