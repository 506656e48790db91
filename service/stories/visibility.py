"""Which stories the public may see. Whatever shows a story's words to anyone outside the desk selects through here."""

from datetime import datetime

from sqlalchemy import ScalarSelect, Select, func, or_, select

from service.stories.model import Revision, Scope, Story, StoryConsent, StoryState


def visible_stories(surface: Scope, now: datetime) -> Select[Story, Revision]:
    """Stories that may stand on `surface` at `now`, each with the one revision to show; unordered, one row a story.

    A story is visible when it is published, its "not before" has passed, and the newest answer for this surface is a
    yes that has not expired and was given for exactly the words shown (DOMAIN I1-I4). Order and narrow the result with
    further clauses.
    """
    return (
        select(Story, Revision)
        .join(Revision, Revision.id == _shown_revision())
        .join(StoryConsent, StoryConsent.id == _newest_answer(surface))
        .where(
            Story.state == StoryState.PUBLISHED,
            or_(Story.not_before.is_(None), Story.not_before <= now),
            StoryConsent.granted.is_(True),
            StoryConsent.revision_hash == Story.shown_hash,
            or_(StoryConsent.expires_at.is_(None), StoryConsent.expires_at > now),
        )
    )


def _shown_revision() -> ScalarSelect[int]:
    """The shown words; the latest, should an editor have come back to the same wording."""
    return (
        select(func.max(Revision.id))
        .where(Revision.story_id == Story.id, Revision.hash == Story.shown_hash)
        .correlate(Story)
        .scalar_subquery()
    )


def _newest_answer(surface: Scope) -> ScalarSelect[int]:
    return (
        select(func.max(StoryConsent.id))
        .where(StoryConsent.story_id == Story.id, StoryConsent.scope == surface)
        .correlate(Story)
        .scalar_subquery()
    )
