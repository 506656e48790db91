"""What an issue shows: frozen at the start, and held against consent again before every hand-over (invariant I3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.delivery.audience import audience, copies_of, has_none, keyed_readers, told_before
from service.delivery.crowds import Crowd
from service.delivery.kinds import earlier_of, kinds_of, printer_of, union
from service.delivery.model import ShownStory, Variant
from service.issues.model import Issue
from service.issues.render import RenderedVariant
from service.issues.stood_in import keep_stood_in
from service.mail.letterhead import Letterhead
from service.stories.model import Revision, Scope, Story
from service.stories.visibility import visible_stories
from service.subscribers.model import Subscription
from service.subscribers.reading import readings

DEFAULT = "default"
"""The key of the copy for everybody who has chosen nothing."""


def freeze(session: Session, issue: Issue, head: Letterhead, *, now: datetime) -> None:
    """Render the issue as it may be shown now, once for each kind of its readers, and keep the results."""
    words = _words(session, now)
    kinds = kinds_of(session, issue, head, now)
    for number, kind in enumerate(kinds, start=1):
        _keep(session, issue, kind.copy, DEFAULT if number == 1 else str(number), list(kind.crowds), words, now=now)
    _keep_stood_in(session, issue, [kind.copy for kind in kinds])


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
    words = _words(session, now)
    strangers = kinds_of(session, issue, head, now, who=Subscription.subscriber_id.in_(strange))
    rows = [session.get_one(Variant, copy.id) for copy in copies]
    for number, kind in enumerate(strangers, start=len(rows) + 1):
        same = next((row for row in rows if _reads_like(row, kind.copy)), None)
        if same is None:
            _keep(session, issue, kind.copy, str(number), list(kind.crowds), words, now=now)
        else:
            same.crowds = [*same.crowds, *(crowd.document() for crowd in kind.crowds)]
    _keep_stood_in(session, issue, [kind.copy for kind in strangers])


def freeze_anew(session: Session, issue: Issue, head: Letterhead, now: datetime) -> list[Variant]:
    """Render a new edition of every copy of an issue, for the readers it was for: as it may be shown now."""
    words, copies, earlier = _words(session, now), copies_of(session, issue.id), earlier_of(session, issue)
    printer = printer_of(session, issue, head, now, earlier)
    wanted = readings(session, {key for copy in copies for crowd in copy.crowds for key in crowd.readings})
    edition = (session.scalar(select(func.max(Variant.edition)).where(Variant.issue_id == issue.id)) or 0) + 1
    anew = [(copy, printer.copy(union(copy.crowds, wanted, earlier))) for copy in copies]
    _keep_stood_in(session, issue, [rendered for _, rendered in anew])
    return [
        _keep(session, issue, rendered, copy.key, list(copy.crowds), words, edition=edition, now=now)
        for copy, rendered in anew
    ]


def _keep_stood_in(session: Session, issue: Issue, copies: Iterable[RenderedVariant]) -> None:
    """Write down what stood in; nothing does in a correction, which only speaks of a story."""
    if issue.corrects_id is not None:
        return
    stories: set[int] = set()
    articles: set[int] = set()
    for copy in copies:
        stories.update(copy.stories)
        articles.update(copy.articles)
    keep_stood_in(session, issue, stories=stories, articles=articles)


def _keep(
    session: Session, issue: Issue, copy: RenderedVariant, key: str, crowds: list[Crowd], words: Mapping[int, str],
    *, edition: int = 1, now: datetime,
) -> Variant:  # fmt: skip
    """`words` were looked up before the copy was made: what has changed since then is found at the next look."""
    variant = Variant(
        issue_id=issue.id, key=key, edition=edition, lang=copy.lang, subject=copy.subject, text=copy.text,
        html=copy.html, stories=_as_kept(copy.stories, words), items=list(copy.items), created_at=now,
        articles=list(copy.articles),
        crowds=[crowd.document() for crowd in crowds], discreet=copy.discreet, about=copy.about,
        frame=copy.frame.lang,
    )  # fmt: skip
    session.add(variant)
    session.flush()
    if issue.corrects_id is None:  # a correction only speaks of a story
        shown = [ShownStory(story_id=story, variant_id=variant.id, issue_id=issue.id) for story in set(copy.stories)]
        session.add_all(shown)
        session.flush()
    return variant


def _reads_like(row: Variant, copy: RenderedVariant) -> bool:
    own = (row.subject, row.text, row.html, row.discreet, row.frame)
    return own == (copy.subject, copy.text, copy.html, copy.discreet, copy.frame.lang)


def still_allowed(session: Session, stories: Iterable[tuple[int, str]], now: datetime) -> bool:
    """True while every one of these stories (id, hash of its words) has consent for the newsletter, for just these."""
    shown = dict(stories)
    return not shown or _words(session, now, Story.id.in_(shown)) == shown


def _words(session: Session, now: datetime, *those: ColumnElement[bool]) -> dict[int, str]:
    """Story -> the hash of its words, for every one that has consent for the newsletter."""
    visible = visible_stories(Scope.NEWSLETTER, now).with_only_columns(Story.id, Revision.hash).where(*those)
    return {row[0]: row[1] for row in session.execute(visible)}


def _as_kept(stories: Iterable[int], words: Mapping[int, str]) -> list[dict[str, Any]]:
    """What `still_allowed` is asked later; no words are right for a story that had no consent a moment ago."""
    return [{"id": story, "hash": words.get(story, "")} for story in sorted(set(stories))]
