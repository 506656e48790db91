"""A story is public only while it is published and its teller's newest answer, for exactly these words, is a yes."""

from datetime import datetime, timedelta

import pytest

from service.db import Database
from service.stories.consent import ASKED_FOR_APPROVAL, Source, record_photo_answers
from service.stories.holds import open_hold, resolve
from service.stories.model import HoldKind, Method, Scope, Story, StoryPhoto, StoryPhotoPerson, StoryState
from service.stories.visibility import visible_photos, visible_stories
from tests.cast import NOW
from tests.stories.tales import a_published_story, a_revision, an_answer

MINUTE = timedelta(minutes=1)


def slugs(database: Database, surface: Scope = Scope.WEB, now: datetime = NOW) -> list[str]:
    """What the public sees on a surface."""
    with database.read() as session:
        return [story.slug for story, _ in session.execute(visible_stories(surface, now))]


def test_a_published_story_with_a_yes_is_visible(database: Database) -> None:
    """The teller said yes to the web: there it is, with the words approved."""
    with database.unit() as uow:
        a_published_story(uow.session)

    with database.read() as session:
        [(story, revision)] = session.execute(visible_stories(Scope.WEB, NOW)).all()

        assert (story.slug, revision.title) == ("what-i-packed", "What I packed")


def test_a_yes_for_one_place_is_no_yes_for_another(database: Database) -> None:
    """Web does not mean newsletter."""
    with database.unit() as uow:
        a_published_story(uow.session, scopes=[Scope.WEB])

    assert slugs(database, Scope.NEWSLETTER) == []


@pytest.mark.parametrize("state", [state for state in StoryState if state is not StoryState.PUBLISHED])
def test_only_the_state_published_is_public(database: Database, state: StoryState) -> None:
    """Every other state hides the story, whatever was agreed."""
    with database.unit() as uow:
        a_published_story(uow.session).state = state

    assert slugs(database) == []


def test_the_newest_answer_counts(database: Database) -> None:
    """A no after a yes hides; a yes after that no shows again."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.consents.append(an_answer(Scope.WEB, story.revisions[0], granted=False))
    assert slugs(database) == []

    with database.unit() as uow:
        again = uow.session.get_one(Story, story.id)
        again.consents.append(an_answer(Scope.WEB, again.revisions[0]))
    assert slugs(database) == ["what-i-packed"]


def test_an_answer_holds_until_the_instant_it_expires(database: Database) -> None:
    """Expiry is exclusive: visible just before, gone at the instant itself."""
    with database.unit() as uow:
        story = a_published_story(uow.session, scopes=[])
        story.consents.append(an_answer(Scope.WEB, story.revisions[0], expires_at=NOW))

    assert slugs(database, now=NOW - MINUTE) == ["what-i-packed"]
    assert slugs(database, now=NOW) == []


def test_an_expired_newest_yes_does_not_uncover_an_older_one(database: Database) -> None:
    """An older everlasting yes does not speak up again when a newer, shorter one has ended."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.consents.append(an_answer(Scope.WEB, story.revisions[0], expires_at=NOW))

    assert slugs(database) == []


def test_consent_is_for_the_exact_words(database: Database) -> None:
    """A yes for another wording is none for the words that are shown; the database refuses to show the others."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        edited = a_revision(2, body="Other words.")
        story.revisions.append(edited)
        story.consents.append(an_answer(Scope.WEB, edited))

    assert slugs(database) == []


def test_a_new_revision_in_hand_leaves_the_approved_one_up(database: Database) -> None:
    """While editors work on new words, readers keep seeing the approved ones."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.revisions.append(a_revision(2, body="Other words."))

    with database.read() as session:
        [(_, revision)] = session.execute(visible_stories(Scope.WEB, NOW)).all()

        assert revision.number == 1


def test_coming_back_to_the_same_words_shows_the_story_once(database: Database) -> None:
    """Two revisions with one hash are one wording, and one row."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.revisions.append(a_revision(2))

    assert slugs(database) == ["what-i-packed"]


def test_not_before_is_kept(database: Database) -> None:
    """The teller asked us to wait, so we wait until that instant."""
    with database.unit() as uow:
        a_published_story(uow.session).not_before = NOW

    assert slugs(database, now=NOW - MINUTE) == []
    assert slugs(database, now=NOW) == ["what-i-packed"]


def test_one_storys_answers_say_nothing_about_another(database: Database) -> None:
    """The newest answer is looked for in the story's own records."""
    with database.unit() as uow:
        a_published_story(uow.session, "one")
        two = a_published_story(uow.session, "two")
        two.consents.append(an_answer(Scope.WEB, two.revisions[0], granted=False))

    assert slugs(database) == ["one"]


def test_an_open_case_hides(database: Database) -> None:
    """From every surface, until somebody has looked; the second case hides as well."""
    with database.unit() as uow:
        story = a_published_story(uow.session, scopes=[Scope.WEB, Scope.NEWSLETTER])
        hold = open_hold(uow, HoldKind.SAFEGUARDING, story, opened_by="wording:x", now=NOW)
    assert slugs(database) == slugs(database, Scope.NEWSLETTER) == []

    with database.unit() as uow:
        resolve(uow, hold.id, by="editor:1", resolution="We spoke.", now=NOW)
    assert slugs(database) == ["what-i-packed"]


def test_a_child_of_age_speaks_for_themselves(database: Database) -> None:
    """The guardian's yes holds until the birthday; after it, silence hides, and only the child's own yes shows (D8)."""
    birthday = NOW + timedelta(days=1)
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.of_age_at = birthday
    assert slugs(database, now=birthday - MINUTE) == ["what-i-packed"]
    assert slugs(database, now=birthday) == []

    with database.unit() as uow:
        again = uow.session.get_one(Story, story.id)
        again.consents.append(an_answer(Scope.WEB, again.words, given_at=birthday + MINUTE))
    assert slugs(database, now=birthday + 2 * MINUTE) == ["what-i-packed"]


def photos(database: Database, surface: Scope = Scope.WEB) -> list[str]:
    """The alt texts of the photos that the public sees."""
    with database.read() as session:
        return sorted(photo.alt for photo in session.scalars(visible_photos(surface, NOW)))


def test_everybody_on_a_photo_is_asked(database: Database) -> None:
    """For each place, and for exactly this picture; a photo without people needs nobody's yes."""
    with database.unit() as uow:
        story = a_published_story(uow.session, scopes=[Scope.WEB, Scope.NEWSLETTER])
        bench = StoryPhoto(asset_key="bench", alt="A bench", created_at=NOW)
        us = StoryPhoto(asset_key="us", alt="Two sisters", created_at=NOW)
        us.people.extend([StoryPhotoPerson(who=who, created_at=NOW) for who in ("me", "my sister")])
        story.photos.extend([bench, us])
        uow.session.flush()
        source = Source(method=Method.WEB, preamble=ASKED_FOR_APPROVAL)
        yes = {Scope.WEB: True, Scope.NEWSLETTER: False}
        record_photo_answers(story, us, us.people[0], yes, source, organisation="The Group", given_at=NOW)
    assert photos(database) == ["A bench"]

    with database.unit() as uow:
        again = uow.session.get_one(Story, story.id)
        sister = again.photos[1].people[1]
        record_photo_answers(again, again.photos[1], sister, yes, source, organisation="The Group", given_at=NOW)
    assert photos(database) == ["A bench", "Two sisters"]
    assert photos(database, Scope.NEWSLETTER) == ["A bench"]

    with database.unit() as uow:
        uow.session.get_one(StoryPhoto, us.id).asset_key = "another picture"
    assert photos(database) == ["A bench"]


def test_photos_go_with_their_story(database: Database) -> None:
    """And a removed one goes by itself."""
    with database.unit() as uow:
        one, two = a_published_story(uow.session, "one"), a_published_story(uow.session, "two")
        one.photos.append(StoryPhoto(asset_key="a", alt="Hidden", created_at=NOW))
        two.photos.append(StoryPhoto(asset_key="b", alt="Removed", created_at=NOW, removed_at=NOW))
        one.state = StoryState.HIDDEN

    assert photos(database) == []
