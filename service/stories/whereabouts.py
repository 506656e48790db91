"""Where is my story now? A plain map for its teller: the stations, where it stands, who is next, and by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.stories.consent import PLACES, grants, newest_answers
from service.stories.model import Scope, Story
from service.stories.model import StoryState as S

ANSWER_WITHIN = timedelta(days=21)
"""By when a storyteller hears from us."""

STATIONS = (
    ("Sent to us", (S.SUBMITTED,)),
    ("We are working on it", (S.IN_EDIT, S.FACT_CHECK)),
    ("You read it and decide", (S.WITH_STORYTELLER,)),
    ("You said yes", (S.APPROVED, S.SCHEDULED)),
    ("Readers can see it", (S.PUBLISHED,)),
)
"""The way of a story that all goes well with, in words for its teller."""

ASIDE = {
    S.HIDDEN: "It is hidden for now. Nobody can see it.",
    S.RETIRED: "Your agreement has ended. Nobody can see it until you say yes again.",
    S.DECLINED: "We did not publish it. We wrote to you and sent your text back.",
    S.WITHDRAWN: "You took it back. Nobody can see it.",
}
"""Where a story can stand beside the way."""

HELD = "We are looking at something first. Until we have, nobody can see it. You did nothing wrong."
"""For a published story with an open case, which no reader sees (invariant I1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What the map shows."""

    stations: tuple[str, ...]
    here: int | None
    """The place of the story among the stations; None when it stands beside the way."""
    aside: str
    waits_for_you: bool
    answer_by: datetime | None
    """By when we answer, while it waits for us."""
    not_before: datetime | None
    """The earliest moment at which it can be shown; None when nothing holds it."""
    ends_at: datetime | None
    """When the first yes for words that can be seen ends."""
    shown_in: tuple[Scope, ...]
    """Where readers may see it now, in the order of the questions."""


def where_is(story: Story, now: datetime) -> Whereabouts:
    """The map of one story at `now`."""
    place = next((place for place, (_, states) in enumerate(STATIONS) if story.state in states), None)
    with_us = story.state in {S.SUBMITTED, S.IN_EDIT, S.FACT_CHECK}
    shown = _shown_in(story, now)
    newest = newest_answers(story.consents)
    ends = [end for end in (newest[scope].expires_at for scope in shown) if end is not None]
    waits = [at for at in (story.not_before, story.cool_off_until) if at is not None and at > now]
    return Whereabouts(
        stations=tuple(name for name, _ in STATIONS),
        here=place,
        aside=HELD if story.state is S.PUBLISHED and story.open_holds else ASIDE.get(story.state, ""),
        waits_for_you=story.state is S.WITH_STORYTELLER,
        answer_by=(story.submitted_at or story.created_at) + ANSWER_WITHIN if with_us else None,
        not_before=max(waits, default=None),
        ends_at=min(ends, default=None),
        shown_in=shown,
    )


def _shown_in(story: Story, now: datetime) -> tuple[Scope, ...]:
    """The places with a living yes for the words shown, while readers can see them at all."""
    early = story.not_before is not None and story.not_before > now
    if story.state is not S.PUBLISHED or story.open_holds or early:
        return ()
    agreed = grants(story, story.shown_hash, now)
    return tuple(scope for scope in PLACES if scope in agreed)
