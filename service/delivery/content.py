"""What an issue shows: frozen at the start, and held against consent again before every hand-over (invariant I3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.delivery.model import Variant
from service.issues.model import Issue
from service.issues.render import render_issue
from service.mail.letterhead import Letterhead
from service.stories.model import Revision, Scope, Story
from service.stories.visibility import visible_stories


def freeze(session: Session, issue: Issue, head: Letterhead, *, edition: int, now: datetime) -> list[Variant]:
    """Render the issue as it may be shown now, and keep the result as an edition."""
    stories = _allowed(session, [item.story_id for item in issue.items if item.story_id], now)
    variants = [
        Variant(
            issue_id=issue.id, key=one.key, edition=edition, lang=one.lang, subject=one.subject,
            text=one.text, html=one.html, stories=stories, created_at=now,
        )
        for one in render_issue(session, issue, head, now)
    ]  # fmt: skip
    session.add_all(variants)
    session.flush()
    return variants


def still_allowed(session: Session, stories: Iterable[tuple[int, str]], now: datetime) -> bool:
    """True while every one of these stories (id, hash of its words) has consent for the newsletter, for just these."""
    shown = list(stories)
    as_kept = [{"id": story, "hash": words} for story, words in shown]
    return _allowed(session, [story for story, _ in shown], now) == as_kept


def _allowed(session: Session, story_ids: list[int], now: datetime) -> list[dict[str, Any]]:
    if not story_ids:
        return []
    visible = (
        visible_stories(Scope.NEWSLETTER, now).with_only_columns(Story.id, Revision.hash).where(Story.id.in_(story_ids))
    )
    return [{"id": story, "hash": words} for story, words in session.execute(visible.order_by(Story.id))]
