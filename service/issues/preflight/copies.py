"""The copies of an issue that preflight looks at besides the standard one, and what it tells editors of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.content import Content
from service.issues.fitting import Missed, Wants
from service.issues.model import Issue, Item
from service.issues.preflight.sight import Sight, sight_of
from service.issues.render import Printer, RenderedVariant
from service.mail.accessibility import sent_size
from service.subscribers.model import Subscriber, Subscription
from service.subscribers.reading import readings

BESIDES = "stories that some readers get besides, or instead"
HAD = "for readers who have had its stories"
LATE_STORIES = 24
"""Of earlier issues, that are looked at again because somebody may have missed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """Copies that were looked at and differ from the standard one in the same way."""

    about: str
    """How (`RenderedVariant.about`); empty for the standard copy."""
    copies: int
    size: int
    """Bytes of the largest as it is sent, of its HTML part; 0 for what nobody gets in one piece."""
    text_size: int
    """The same of its text part, which readers of plain text get alone."""


def look_at_others(sight: Sight) -> list[Sight]:
    """The other copies that readers may get: of those with choices of their own, of those who have had its stories, and
    at last every story that anybody may get besides, in one. Plain text is looked at beside its HTML.

    Who has had or missed what makes more copies than these, of the same parts.
    """
    session, issue = sight.session, sight.issue
    besides = _besides(sight)
    printer = Printer(session, issue, sight.head, sight.now, besides)
    chosen = readings(session, _choices(session, issue)).values()
    copies = [printer.copy(Wants(replace(reading, plain_text=False))) for reading in chosen]
    others = {id(copy): copy for copy in copies if copy.about}
    if besides:
        own = frozenset(item.story_id for item in issue.items if item.story_id is not None)
        swapped = printer.copy(Wants(had=own))
        if swapped.about and id(swapped) not in others:
            others[id(swapped)] = replace(swapped, about=f"{swapped.about} {HAD}")
    sights = [_beside(sight, copy) for copy in others.values()]
    gathered = printer.copy(Wants(missed=Missed(tuple(besides), len(besides))))
    if gathered.about:
        sights.append(replace(_beside(sight, replace(gathered, about=BESIDES)), whole=False))
    return sights


def looked_at(sights: Sequence[Sight]) -> list[LookedAt]:
    """What there is to say of them, alike ones together, in their order."""
    alike: dict[str, list[Sight]] = {}
    for sight in sights:
        alike.setdefault(sight.copy.about, []).append(sight)
    return [
        LookedAt(
            about=about,
            copies=len(those),
            size=max(sent_size(sight.html) if sight.whole else 0 for sight in those),
            text_size=max(sent_size(sight.text) if sight.whole else 0 for sight in those),
        )
        for about, those in alike.items()
    ]


def _beside(sight: Sight, copy: RenderedVariant) -> Sight:
    return sight_of(sight.session, sight.issue, sight.head, sight.now, Content(copy.blocks, []), copy)


def _besides(sight: Sight) -> list[int]:
    """The stories that may stand in for others, and those of late issues that somebody may have missed."""
    session, issue = sight.session, sight.issue
    if issue.corrects_id is not None:
        return []
    stand_ins = Printer(session, issue, sight.head, sight.now).tailor.stories_about()
    late = (
        select(Item.story_id)
        .join(Item.issue)
        .where(Issue.newsletter_id == issue.newsletter_id, Issue.id != issue.id, Issue.started_at.is_not(None))
        .where(Item.story_id.is_not(None), Issue.corrects_id.is_(None))
        .order_by(Issue.started_at.desc(), Item.id)
        .limit(LATE_STORIES)
    )
    return sorted({*stand_ins, *(story for story in session.scalars(late) if story is not None)})


def _choices(session: Session, issue: Issue) -> list[str]:
    """The profiles of the newsletter's readers, except the standard one."""
    query = (
        select(Subscriber.reading)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscription.newsletter_id == issue.newsletter_id, Subscription.sendable, Subscriber.reading != "")
        .distinct()
    )
    return sorted(session.scalars(query))
