"""Stories for the tests, made from rows by hand as the seed and the other subjects make them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.stories.consent import PLACES
from service.stories.drafts import save_answers, start_draft
from service.stories.model import Revision, Scope, Story, StoryConsent, StoryDraft, StoryState, Storyteller
from service.stories.questions import place_field
from tests.cast import ADA, NOW

EVERY_ANSWER = {
    "role": "patient",
    "told_by": "self",
    "way": "write",
    "title": "The bench outside ward six",
    "text": "I was sure it was flu.\n\nBy Friday I could not climb the stairs.",
    "others": "no",
    "passed_photos": "yes",
    "naming": "first",
    "shown_name": "Tomasz",
    **{place_field(scope): "yes" if scope in {Scope.WEB, Scope.NEWSLETTER} else "no" for scope in PLACES},
    "passed_wait": "yes",
    "email": ADA,
    "read_and_contact": "yes",
}
"""A whole form, filled in: yes to the website and the newsletter, no to every other place."""


def a_draft(uow: UnitOfWork, **changed: str) -> StoryDraft:
    """A draft with every question answered, some of them otherwise."""
    draft = start_draft(uow, now=NOW)
    return save_answers(uow, draft.id, {**EVERY_ANSWER, **changed}, now=NOW)


def a_submitted_story(
    session: Session, *, slug: str = "what-i-packed", scopes: Iterable[Scope] = (Scope.WEB,)
) -> Story:
    """A story that waits at the desk, with a yes for `scopes` given while telling."""
    story = an_approved_story(session, slug, scopes=scopes, words=a_revision())
    story.state, story.submitted_at = StoryState.SUBMITTED, NOW
    story.storyteller = Storyteller(email=ADA, email_key=ADA, created_at=NOW)
    session.flush()
    return story


def a_revision(number: int = 1, title: str = "What I packed", body: str = "A blue blanket.") -> Revision:
    """One wording, as a storyteller sent it."""
    return Revision(number=number, title=title, teaser="A blanket.", body=body, author="storyteller", created_at=NOW)


def an_answer(
    scope: Scope, words: Revision, *, granted: bool = True, given_at: datetime = NOW, expires_at: datetime | None = None
) -> StoryConsent:
    """The storyteller's answer for one place and exactly these words."""
    return StoryConsent(
        scope=scope,
        granted=granted,
        revision_hash=words.hash,
        statement="May we put your story there?",
        statement_version="test",
        lang="en",
        given_at=given_at,
        expires_at=expires_at,
    )


def a_published_story(
    session: Session,
    slug: str = "what-i-packed",
    *,
    scopes: Iterable[Scope] = (Scope.WEB,),
    words: Revision | None = None,
) -> Story:
    """A published story with a yes for `scopes`."""
    story = an_approved_story(session, slug, scopes={Scope.WEB, *scopes}, words=words or a_revision())
    story.state, story.shown_hash = StoryState.PUBLISHED, story.words.hash
    story.published_at = story.shown_at = NOW
    session.flush()
    if Scope.WEB not in scopes:
        story.consents.append(an_answer(Scope.WEB, story.words, granted=False))
        session.flush()
    return story


def an_approved_story(
    session: Session, slug: str = "what-i-packed", *, scopes: Iterable[Scope] = (Scope.WEB,), words: Revision
) -> Story:
    """A story with a yes for `scopes` that waits for an editor's last press."""
    story = Story(slug=slug, state=StoryState.APPROVED, display_name="Tomasz", created_at=NOW)
    story.revisions.append(words)
    story.consents.extend(an_answer(scope, words) for scope in scopes)
    session.add(story)
    session.flush()
    return story
