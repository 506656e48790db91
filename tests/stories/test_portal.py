"""The storytellers' door: the same answer for everybody, a link that works once, a session that ends when idle."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.mail.model import Notice
from service.stories.errors import EntrySpent, NoSuchStory, SessionOver
from service.stories.model import PortalEntry, PortalSession, Story, StoryState, Storyteller
from service.stories.portal import (
    ENTRY_LASTS,
    IDLE,
    NOBODY,
    enter,
    entry_is_open,
    forget_sessions,
    leave,
    make_entry,
    open_session,
    own_story,
    request_entry,
    stay,
    stories_of,
)
from service.tokens import Purpose
from tests.cast import ADA, MAL, NOW
from tests.stories.tales import a_submitted_story

SECOND = timedelta(seconds=1)


@pytest.fixture
def story(services: Services) -> Story:
    """Ada's story."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        assert story.storyteller
        story.storyteller.email_key = services.tokens.keyed_hash(Purpose.STORYTELLER, ADA)
    return story


@pytest.fixture
def teller(story: Story) -> int:
    """Ada's row id."""
    assert story.storyteller_id
    return story.storyteller_id


def a_link(services: Services, teller: int) -> str:
    """A mailed link."""
    with services.database.unit() as uow:
        return make_entry(uow, services.tokens, teller, now=NOW)


@pytest.mark.parametrize(("email", "known"), [(ADA, True), ("ADA@Example.test ", True), (MAL, False)])
def test_whoever_asks_gets_the_same_answer(services: Services, teller: int, email: str, known: bool) -> None:
    """One row in either case; only the mail to somebody we know is ever written."""
    with services.database.unit() as uow:
        request_entry(uow, services.tokens, email, now=NOW)

    with services.database.read() as session:
        assert session.scalars(select(Notice.subject_id)).all() == [teller if known else NOBODY]


def test_a_link_opens_once(services: Services, teller: int) -> None:
    """Looking does not use it; the second use is refused, and only hashes are kept."""
    link = a_link(services, teller)
    with services.database.read() as session:
        assert entry_is_open(session, services.tokens, link, now=NOW)
    with services.database.unit() as uow:
        token = enter(uow, services.tokens, link, now=NOW)

    with services.database.unit() as uow, pytest.raises(EntrySpent):
        enter(uow, services.tokens, link, now=NOW)
    with services.database.read() as session:
        assert open_session(session, services.tokens, token, now=NOW).storyteller_id == teller
        stored = [*session.scalars(select(PortalEntry.token_hash)), *session.scalars(select(PortalSession.token_hash))]
        assert not {link, token} & set(stored)


@pytest.mark.parametrize("link", ["late", "forged"])
def test_other_links_do_not_open(services: Services, teller: int, link: str) -> None:
    """Half an hour old, or made up."""
    token = a_link(services, teller) if link == "late" else "forged"
    with services.database.unit() as uow, pytest.raises(EntrySpent):
        enter(uow, services.tokens, token, now=NOW + (ENTRY_LASTS if link == "late" else SECOND))


def test_a_session_lives_while_it_is_used(services: Services, teller: int) -> None:
    """Each use starts its half hour again; without use it is over, and forgotten."""
    link, later = a_link(services, teller), NOW + IDLE - SECOND
    with services.database.unit() as uow:
        token = enter(uow, services.tokens, link, now=NOW)
    with services.database.unit() as uow:
        stay(uow, services.tokens, token, now=later)
    with services.database.read() as session:
        open_session(session, services.tokens, token, now=later + IDLE - SECOND)
        with pytest.raises(SessionOver):
            open_session(session, services.tokens, token, now=later + IDLE)
    with services.database.unit() as uow:
        forget_sessions(uow, now=later + IDLE)
        assert uow.session.scalar(select(PortalSession)) is None


def test_leaving_ends_it(services: Services, teller: int) -> None:
    """At once."""
    link = a_link(services, teller)
    with services.database.unit() as uow:
        token = enter(uow, services.tokens, link, now=NOW)
        leave(uow, services.tokens, token)

        with pytest.raises(SessionOver):
            open_session(uow.session, services.tokens, token, now=NOW)


def test_only_ones_own_story(services: Services, story: Story, teller: int) -> None:
    """Mal sees as little as if it were not there; what was erased is nobody's."""
    with services.database.unit() as uow:
        mal = Storyteller(email=MAL, email_key="mal", created_at=NOW)
        uow.session.add(mal)
        uow.session.flush()
        assert own_story(uow.session, teller, story.id, for_change=True).id == story.id
        assert [one.id for one in stories_of(uow.session, teller)] == [story.id]
        with pytest.raises(NoSuchStory):
            own_story(uow.session, mal.id, story.id)
        uow.session.get_one(Story, story.id).state = StoryState.ERASED
        uow.session.flush()
        with pytest.raises(NoSuchStory):
            own_story(uow.session, teller, story.id)
