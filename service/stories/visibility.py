"""What the public may see. Whatever shows a story's words or photos to anyone outside the desk selects through here."""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from service.stories.model import (
    GivenBy,
    Revision,
    Scope,
    Story,
    StoryConsent,
    StoryHold,
    StoryPhoto,
    StoryPhotoPerson,
    StoryState,
)


def visible_stories(surface: Scope, now: datetime) -> Select[Story, Revision]:
    """Stories that may stand on `surface` at `now`, each with the one revision to show; unordered, one row a story.

    A story is visible when it is published, its "not before" has passed, no case is open about it, and the newest
    answer for this surface is a yes that has not expired, was given for exactly the words shown, and by somebody who
    still speaks for it: a child who has come of age speaks for themselves, and their silence hides (DOMAIN I1-I4, D8).
    Order and narrow the result with further clauses.
    """
    return (
        select(Story, Revision)
        .join(Revision, Revision.id == _shown_revision())
        .join(StoryConsent, StoryConsent.id == _newest_answer(surface))
        .where(
            Story.state == StoryState.PUBLISHED,
            or_(Story.not_before.is_(None), Story.not_before <= now),
            ~exists().where(StoryHold.story_id == Story.id, StoryHold.resolved_at.is_(None)),
            StoryConsent.revision_hash == Story.shown_hash,
            _is_a_living_yes(now),
            _still_speaks_for_it(now),
        )
    )


def visible_photos(surface: Scope, now: datetime) -> Select[StoryPhoto]:
    """Photos that may stand beside their stories on `surface` at `now`; unordered.

    A photo is visible when its story is, and everybody who can be recognised on it has said yes for this surface and
    exactly this picture. Who shows nobody needs no answer.
    """
    stories = visible_stories(surface, now).with_only_columns(Story.id)
    newest = aliased(StoryConsent)
    latest = (
        select(func.max(newest.id))
        .where(newest.photo_person_id == StoryPhotoPerson.id, newest.scope == surface)
        .correlate(StoryPhotoPerson)
        .scalar_subquery()
    )
    agreed = exists().where(
        StoryConsent.id == latest, StoryConsent.revision_hash == StoryPhoto.asset_key, _is_a_living_yes(now)
    )
    somebody_has_not = exists().where(
        StoryPhotoPerson.photo_id == StoryPhoto.id, ~agreed.correlate_except(StoryConsent)
    )
    return select(StoryPhoto).where(
        StoryPhoto.story_id.in_(stories), StoryPhoto.removed_at.is_(None), ~somebody_has_not.correlate(StoryPhoto)
    )


def _is_a_living_yes(now: datetime) -> ColumnElement[bool]:
    return and_(StoryConsent.granted.is_(True), or_(StoryConsent.expires_at.is_(None), StoryConsent.expires_at > now))


def _still_speaks_for_it(now: datetime) -> ColumnElement[bool]:
    grown_up = and_(StoryConsent.given_by == GivenBy.SELF, StoryConsent.given_at >= Story.of_age_at)
    return or_(Story.of_age_at.is_(None), Story.of_age_at > now, grown_up)


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
        .where(
            StoryConsent.story_id == Story.id,
            StoryConsent.scope == surface,
            StoryConsent.photo_person_id.is_(None),
        )
        .correlate(Story)
        .scalar_subquery()
    )
