"""Which stories and articles may stand in for the items of an issue: those that everybody who approved it was shown.

Consent and a review of its own let a story into a newsletter. Into this issue it comes by the yes of those who answer
for the issue, and that is for the words they saw: one that was edited since, or that joined the line later, stays out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.choosing import Choice
from service.issues.entries import Shelf, entry_of, shelf_of, stand_in
from service.issues.fingerprint import words_hash
from service.issues.in_line import SWAPPED, in_line
from service.issues.model import Issue, IssueApproval, ItemKind
from service.stories.model import Scope

LINE = 8
"""How many stand in line for a place: enough for most, and few enough to ask of each who has had it."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """One that may stand in, as approvers are shown it."""

    kind: ItemKind
    id: int
    title: str
    teaser: str
    notes: Sequence[str]
    words: str
    """Its hash (`fingerprint.words_hash`)."""


def line_for(session: Session, issue: Issue, kind: ItemKind, slot: str, now: datetime) -> Sequence[Choice]:
    """Who stands in line for a place, the next one first: before an approval, whoever would be shown to approvers."""
    found, approved = in_line(session, issue, kind, slot, now, most=LINE), _approved(session, issue)
    return [each for each in found if approved is None or words_hash(session, each) in approved]


def may_stand_in(session: Session, issue: Issue, now: datetime) -> list[StandIn]:
    """Everything that some reader may get in the place of an item, each once."""
    places = dict.fromkeys((item.kind, item.slot) for item in issue.items if item.kind in SWAPPED)
    choices = [each for kind, slot in places for each in line_for(session, issue, kind, slot, now)]
    if not choices:
        return []
    nothing = entry_of(issue.items[0])
    shelf = shelf_of(session, [stand_in(nothing, each) for each in choices], Scope.NEWSLETTER, now)
    shown = [_shown(session, each, shelf) for each in choices if shelf.has(stand_in(nothing, each))]
    return list({(each.kind, each.id): each for each in shown}.values())


def seal(shown: Sequence[StandIn]) -> str:
    """A short name for what a page showed, which its form brings back."""
    return hashlib.sha256("".join(each.words for each in shown).encode()).hexdigest()[:32]


def _shown(session: Session, choice: Choice, shelf: Shelf) -> StandIn:
    words = words_hash(session, choice)
    if choice.story_id is not None:
        story, revision = shelf.stories[choice.story_id]
        return StandIn(ItemKind.STORY, story.id, revision.title, revision.teaser, tuple(story.content_notes), words)
    article = shelf.articles[choice.article_id or 0]
    return StandIn(ItemKind.ARTICLE, article.id, article.title, article.summary, tuple(article.content_notes), words)


def _approved(session: Session, issue: Issue) -> frozenset[str] | None:
    """The words that everybody was shown whose yes stands; None where nobody has said yes."""
    given = session.scalars(
        select(IssueApproval.stand_ins).where(IssueApproval.issue_id == issue.id, IssueApproval.ended_at.is_(None))
    ).all()
    return frozenset.intersection(*map(frozenset, given)) if given else None
