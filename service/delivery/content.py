"""What an issue shows: frozen at the start, and held against consent again before every hand-over (invariant I3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.delivery.audience import audience, copies_of, has_none, keyed_readers, told_before
from service.delivery.crowds import Crowd
from service.delivery.kinds import earlier_of, kinds_of, printer_of, union
from service.delivery.model import ShownStory, Variant
from service.issues.model import Issue
from service.issues.render import RenderedVariant
from service.mail.letterhead import Letterhead
from service.stories.model import Revision, Scope, Story
from service.stories.visibility import visible_stories
from service.subscribers.model import Subscription
from service.subscribers.reading import readings

DEFAULT = "default"
"""The key of the copy for everybody who has chosen nothing."""


def freeze(session: Session, issue: Issue, head: Letterhead, *, now: datetime) -> None:
    """Render the issue as it may be shown now, once for each kind of its readers, and keep the results."""
    for number, kind in enumerate(kinds_of(session, issue, head, now), start=1):
        _keep(session, issue, kind.copy, DEFAULT if number == 1 else str(number), list(kind.crowds), now=now)


def freeze_for_strangers(session: Session, issue: Issue, head: Letterhead, now: datetime) -> None:
    """Make copies for kinds of readers that came about after the start, and for whom there is none among them.

    Where their copy reads like one that is there, they join its readers.
    """
    copies = copies_of(session, issue.id)
    if not copies:
        return
    keyed = keyed_readers(
        copies, told_before(session, issue.id, copies), audience(session, issue), has_none(issue.id)
    ).c
    strange = select(keyed.subscriber).where(keyed.reader_key.is_(None))
    if session.scalar(strange.limit(1)) is None:
        return
    strangers = kinds_of(session, issue, head, now, who=Subscription.subscriber_id.in_(strange))
    rows = [session.get_one(Variant, copy.id) for copy in copies]
    for number, kind in enumerate(strangers, start=len(rows) + 1):
        same = next((row for row in rows if _reads_like(row, kind.copy)), None)
        if same is None:
            _keep(session, issue, kind.copy, str(number), list(kind.crowds), now=now)
        else:
            same.crowds = [*same.crowds, *(crowd.document() for crowd in kind.crowds)]
    session.flush()


def freeze_anew(session: Session, issue: Issue, head: Letterhead, now: datetime) -> list[Variant]:
    """Render a new edition of every copy of an issue, for the readers it was for: as it may be shown now."""
    copies, earlier = copies_of(session, issue.id), earlier_of(session, issue)
    printer = printer_of(session, issue, head, now, earlier)
    wanted = readings(session, {key for copy in copies for crowd in copy.crowds for key in crowd.readings})
    edition = (session.scalar(select(func.max(Variant.edition)).where(Variant.issue_id == issue.id)) or 0) + 1
    return [
        _keep(
            session, issue, printer.copy(union(copy.crowds, wanted, earlier)), copy.key, list(copy.crowds),
            edition=edition, now=now,
        )
        for copy in copies
    ]  # fmt: skip


def _keep(
    session: Session, issue: Issue, copy: RenderedVariant, key: str, crowds: list[Crowd],
    *, edition: int = 1, now: datetime,
) -> Variant:  # fmt: skip
    variant = Variant(
        issue_id=issue.id, key=key, edition=edition, lang=copy.lang, subject=copy.subject, text=copy.text,
        html=copy.html, stories=_allowed(session, list(copy.stories), now), items=list(copy.items), created_at=now,
        crowds=[crowd.document() for crowd in crowds], discreet=copy.discreet, about=copy.about,
    )  # fmt: skip
    session.add(variant)
    session.flush()
    if issue.corrects_id is None:  # a correction only speaks of a story
        shown = [ShownStory(story_id=story, variant_id=variant.id, issue_id=issue.id) for story in set(copy.stories)]
        session.add_all(shown)
        session.flush()
    return variant


def _reads_like(row: Variant, copy: RenderedVariant) -> bool:
    own = (row.subject, row.text, row.html, row.discreet)
    return own == (copy.subject, copy.text, copy.html, copy.discreet)


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
