"""Erasure: nothing to read stays, and what happened can still be proven."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text

from service.bootstrap import Services
from service.retention import RETENTION, keep_house, outlook
from service.stories.erasure import erase_story, erase_storyteller, replay_journal
from service.stories.errors import NotFromHere
from service.stories.holdings import as_text, everything_about
from service.stories.holds import open_hold
from service.stories.keeping import PROOF_KEPT
from service.stories.model import HoldKind, Story, StoryComment, StoryPhoto, StoryPhotoPerson, StoryState, Storyteller
from service.stories.moderation import COPY_KEPT, decline, publish, withdraw
from service.stories.proving import verify
from service.stories.queries import was_taken_back
from service.tombstones import Tombstone, read_journal
from tests.cast import ADA, NOW
from tests.stories.tales import a_submitted_story

DAY = timedelta(days=1)
PRIVATE = ("blanket", "Tomasz", "what we talked about", "my sister", "quiet word", ADA)


@pytest.fixture
def story(services: Services) -> Story:
    """A published story with everything beside it."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        story.comments.append(StoryComment(author="storyteller", words="what we talked about", at=NOW))
        photo = StoryPhoto(asset_key="us", alt="my sister with the blanket", created_at=NOW)
        photo.people.append(StoryPhotoPerson(who="my sister", created_at=NOW))
        photo.removed_at = NOW
        story.photos.append(photo)
        publish(uow, story, seen=story.words.hash, now=NOW)
        open_hold(uow, HoldKind.EDITOR, story, opened_by="editor:1", note="quiet word", now=NOW)
    return story


def everything(services: Services) -> str:
    """Every value of every table, opened as the services open it."""
    with services.database.read() as session:
        tables = inspect(session.connection()).get_table_names()
        rows = [str(session.execute(text(f'SELECT * FROM "{name}"')).all()) for name in tables]
        tellers = session.scalars(select(Storyteller.email)).all()
        comments = session.scalars(select(StoryComment.words)).all()
    return " ".join([*rows, *tellers, *comments])


def test_a_storyteller_who_asks_is_forgotten(services: Services, story: Story) -> None:
    """No word, name or address is left in any table; the tombstone, the address and the chain are."""
    with services.database.unit() as uow:
        teller = uow.session.scalars(select(Storyteller)).one()
        erase_storyteller(uow, teller, organisation="The Group", now=NOW)

    assert [word for word in PRIVATE if word in everything(services)] == []
    with services.database.read() as session:
        tomb = session.get_one(Story, story.id)
        assert (tomb.state, tomb.slug, tomb.storyteller_id) == (StoryState.ERASED, "what-i-packed", None)
        assert was_taken_back(session, "what-i-packed")
        assert all(record.statement == "" for record in tomb.consents)
        assert verify(session).holds


@pytest.mark.parametrize(("keep_copy", "gone_after"), [(False, timedelta(hours=1)), (True, COPY_KEPT)])
def test_what_was_taken_back_goes_as_its_teller_chose(
    services: Services, story: Story, keep_copy: bool, gone_after: timedelta
) -> None:
    """Soon, or with a private copy for thirty days; the words of the ledger stay for six years more."""
    with services.database.unit() as uow:
        withdraw(uow, uow.session.get_one(Story, story.id), organisation="The Group", now=NOW, keep_copy=keep_copy)
    with services.database.unit() as uow:
        keep_house(uow, now=NOW + gone_after - timedelta(seconds=1))
        assert uow.session.get_one(Story, story.id).words.body
    with services.database.unit() as uow:
        keep_house(uow, now=NOW + gone_after)
        assert not uow.session.get_one(Story, story.id).words.body
        assert all(record.statement for record in uow.session.get_one(Story, story.id).consents)
    with services.database.unit() as uow:
        keep_house(uow, now=NOW + gone_after + PROOF_KEPT)
    with services.database.read() as session:
        assert not any(record.statement for record in session.get_one(Story, story.id).consents)
        assert verify(session).holds


def test_declined_stories_go_after_ninety_days(services: Services) -> None:
    """Its teller has a copy; readers never knew the address."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        decline(uow, story, rule="others", note="x", now=NOW)
    for days, expected in ((89, StoryState.DECLINED), (90, StoryState.ERASED)):
        with services.database.unit() as uow:
            keep_house(uow, now=NOW + days * DAY)
            assert uow.session.get_one(Story, story.id).state is expected


def test_a_living_story_is_not_erased(services: Services, story: Story) -> None:
    """It is taken back first."""
    with services.database.unit() as uow, pytest.raises(NotFromHere):
        erase_story(uow, uow.session.get_one(Story, story.id), now=NOW)


def test_the_desk_sees_what_will_go(services: Services, story: Story) -> None:
    """Each row of the table, with its number and its first day."""
    with services.database.unit() as uow:
        withdraw(uow, uow.session.get_one(Story, story.id), organisation="The Group", now=NOW, keep_copy=True)
    with services.database.read() as session:
        rows = outlook(session, NOW)

    assert [each.row for each in rows] == list(RETENTION)
    [taken_back] = [each for each in rows if each.row.what == "Stories that were taken back"]
    assert (taken_back.waiting, taken_back.soon, taken_back.first_at) == (1, 1, NOW + COPY_KEPT)


def test_a_teller_gets_everything(services: Services, story: Story) -> None:
    """What we hold, as a document and as text, with the exact words that were agreed to (M5, M14)."""
    with services.database.read() as session:
        teller = session.scalars(select(Storyteller)).one()
        held = everything_about(session, teller)

    told = as_text(held)
    assert held["storyteller"]["email"] == ADA
    assert held["stories"][0]["consent"][0]["statement"] == "May we put your story there?"
    assert all(words in told for words in (ADA, "A blue blanket.", "what we talked about", "my sister"))


def test_a_restored_backup_does_not_bring_it_back(services: Services, story: Story) -> None:
    """What was taken back is taken back again, what was erased is erased again; a new story with the id is not."""
    with services.database.unit() as uow:
        withdraw(uow, uow.session.get_one(Story, story.id), organisation="The Group", now=NOW, keep_copy=True)
    with services.database.unit() as uow:
        erase_story(uow, uow.session.get_one(Story, story.id), now=NOW, keep_proof=False)
    stones = list(read_journal(services.settings.erasures))
    with services.database.unit() as uow:
        again = a_submitted_story(uow.session, slug="back-again")
        by_chance = a_submitted_story(uow.session, slug="another")
        by_chance.created_at = NOW + DAY
        uow.session.flush()
        journal = [
            Tombstone(each.at, each.kind, str(one.id), each.facts) for each in stones for one in (again, by_chance)
        ]
        assert replay_journal(uow, journal, organisation="The Group", now=NOW + 2 * DAY) == 1
        assert replay_journal(uow, journal, organisation="The Group", now=NOW + 2 * DAY) == 0

    assert [each.kind for each in stones] == ["story_withdrawn", "story_erased"]
    assert (again.state, by_chance.state) == (StoryState.ERASED, StoryState.SUBMITTED)
