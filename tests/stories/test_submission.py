"""A proven address makes a story of a draft: words, answers and teller, once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.db import Database, UnitOfWork
from service.mail.model import Notice
from service.stories.consent import LASTS
from service.stories.drafts import PROOF_LASTS
from service.stories.errors import DraftUnfinished, ProofExpired, ProofUnknown
from service.stories.model import Scope, Story, StoryDraft, StoryState, Storyteller
from service.stories.submission import submit_story
from service.tokens import Tokens
from tests.cast import ADA, BEN, NOW
from tests.stories.tales import a_draft

TOKENS = Tokens((b"a key for this test that is long enough",))


def with_link(uow: UnitOfWork, **changed: str) -> tuple[StoryDraft, str]:
    """A draft that was sent, and the token of the link that was mailed."""
    draft = a_draft(uow, **changed)
    token, draft.token_hash = TOKENS.fresh()
    draft.sent_at, draft.token_expires_at = NOW, NOW + PROOF_LASTS
    return draft, token


def submit(uow: UnitOfWork, token: str, *, now=NOW) -> Story:  # type: ignore[no-untyped-def]
    """Prove the address with a link."""
    return submit_story(uow, TOKENS, token, organisation="The Group", now=now)


def test_a_proven_draft_becomes_a_submitted_story(database: Database) -> None:
    """The words are revision 1, by the storyteller; the draft forgets them."""
    with database.unit() as uow:
        draft, token = with_link(uow)
        story = submit(uow, token)

    assert (story.state, story.submitted_at, story.display_name) == (StoryState.SUBMITTED, NOW, "Tomasz")
    assert (story.words.number, story.words.author) == (1, "storyteller")
    assert story.words.body == "I was sure it was flu.\n\nBy Friday I could not climb the stairs."
    assert (draft.answers, draft.story_id) == ({}, story.id)


def test_every_answer_is_a_record_with_the_words_it_was_given_to(database: Database) -> None:
    """Ten places and the agreement to read: statement, version, hash, time, end."""
    with database.unit() as uow:
        story = submit(uow, with_link(uow)[1])

    web = next(record for record in story.consents if record.scope is Scope.WEB)
    press = next(record for record in story.consents if record.scope is Scope.PRESS)
    assert len(story.consents) == 11
    assert (web.granted, web.revision_hash, web.expires_at) == (True, story.words.hash, NOW + LASTS)
    assert "The Group may publish your story" in web.statement
    assert "May we put your story on our website?" in web.statement
    assert (press.granted, press.expires_at) == (False, None)


def test_the_agreement_to_read_is_about_no_particular_words(database: Database) -> None:
    """It was asked for by itself and does not end with a new revision."""
    with database.unit() as uow:
        story = submit(uow, with_link(uow)[1])

    read = next(record for record in story.consents if record.scope is Scope.READ_AND_CONTACT)
    assert (read.granted, read.revision_hash, read.expires_at) == (True, "", None)


def test_the_storyteller_hears_that_we_have_it(database: Database) -> None:
    """The next mail is owed with the story."""
    with database.unit() as uow:
        story = submit(uow, with_link(uow)[1])

        assert [(n.template, n.subject_id) for n in uow.session.query(Notice)] == [("story_received", story.id)]


def test_pressing_twice_makes_one_story(database: Database) -> None:
    """The second press finds the story of the first."""
    with database.unit() as uow:
        _, token = with_link(uow)
        first = submit(uow, token)
    with database.unit() as uow:
        second = submit(uow, token)

        assert second.id == first.id
        assert uow.session.scalar(select(func.count()).select_from(Story)) == 1


def test_an_old_link_does_not_work(database: Database) -> None:
    """Seven days, to the instant."""
    with database.unit() as uow:
        _, token = with_link(uow)

        with pytest.raises(ProofExpired):
            submit(uow, token, now=NOW + PROOF_LASTS)
        assert submit(uow, token, now=NOW + PROOF_LASTS - timedelta(seconds=1)).state is StoryState.SUBMITTED


def test_an_unknown_link_does_not_work(database: Database) -> None:
    """Forged, or replaced by a newer one."""
    with database.unit() as uow, pytest.raises(ProofUnknown):
        submit(uow, "forged")


def test_an_unfinished_draft_is_never_taken(database: Database) -> None:
    """Also not with a good link."""
    with database.unit() as uow, pytest.raises(DraftUnfinished):
        submit(uow, with_link(uow, place_web="")[1])


def test_one_address_is_one_storyteller_with_two_stories(database: Database) -> None:
    """However the address was typed; another address is another person."""
    with database.unit() as uow:
        first = submit(uow, with_link(uow)[1])
        second = submit(uow, with_link(uow, email=ADA.upper())[1])
        third = submit(uow, with_link(uow, email=BEN)[1])

        assert first.storyteller_id == second.storyteller_id != third.storyteller_id
        assert uow.session.scalar(select(func.count()).select_from(Storyteller)) == 2


def test_a_name_typed_before_choosing_no_name_is_forgotten(database: Database) -> None:
    """No name at all means no name in the row."""
    with database.unit() as uow:
        story = submit(uow, with_link(uow, naming="anonymous")[1])

    assert story.display_name == "Anonymous"


def test_the_address_of_the_page_says_nothing_yet(database: Database) -> None:
    """The title may still change, so it is not in the slug."""
    with database.unit() as uow:
        story = submit(uow, with_link(uow)[1])

    assert "bench" not in story.slug
