"""The review page of a story: everything an editor needs to decide, and the sentence for what was refused."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.editors.model import Editor, Role
from service.issues.pins import pin_choices
from service.stories.agreements import Standing, standing
from service.stories.consent import PLACES, answers_about, grants
from service.stories.declining import RULES
from service.stories.flags import suggested_notes
from service.stories.identities import identities
from service.stories.labels import COMMON_NOTES
from service.stories.ledger import StoryConsent
from service.stories.model import GivenBy, HoldKind, Scope, Story, StoryChange
from service.stories.naming import NAMINGS, ROLES
from service.stories.queries import story_at_desk
from service.stories.reading_level import reading_level
from service.stories.reviewing import claimant
from service.stories.watching import kinds_of
from service.stories.workflow import possible
from service.web.desk.story_marks import KINDS, marked, marks_in
from service.web.frame import editor, now, render

READERS = (Role.EDITOR, Role.REVIEWER, Role.SAFEGUARDING)
"""Who may read what nobody has published yet."""

TARGET_AGE = 11
"""Guidance for health information in the UK asks for a reading age of 9 to 11."""

STANDINGS = {
    Standing.REQUESTED: "Not asked yet",
    Standing.ACTIVE: "Yes",
    Standing.EXPIRING: "Yes, but it ends soon",
    Standing.EXPIRED: "It was Yes, and has ended",
    Standing.DECLINED: "No",
    Standing.NARROWED: "No, they took their Yes back",
    Standing.VOID: "No, it was not theirs to give",
    Standing.WITHDRAWN: "No, they took the story back",
}
STEPS = {
    "submit": "Sent", "claim": "Taken on", "pass": "Passed on", "edit": "Words changed", "flag": "Fact check asked for",
    "sign_off": "Facts signed off", "unflag": "Fact check taken off", "send": "Sent to its storyteller",
    "hand_back": "Given back to work on",
    "approve": "Approved", "decline": "Declined", "schedule": "Given a date", "publish": "Published", "hide": "Hidden",
    "resume": "Shown again", "retire": "Agreement ended", "withdraw": "Taken back", "erase": "Erased",
}  # fmt: skip
"""What the list of steps says."""

HOLDS: Mapping[HoldKind, tuple[str, str]] = {
    HoldKind.SAFEGUARDING: (
        "Somebody may be in danger",
        "The safeguarding lead looks after the person first and then closes the case.",
    ),
    HoldKind.THIRD_PARTY: (
        "Somebody else in the story has not been asked",
        "Ask them through the storyteller, or change the words so that nobody can be recognised.",
    ),
    HoldKind.IMAGE: ("A photo has to be looked at", "Ask whoever is on it, or take the photo out."),
    HoldKind.EDITOR: (
        "Something else",
        "Read the note, talk to whoever wrote it, and close the case when it is settled.",
    ),
    HoldKind.GIVEN_AWAY: (
        "It was taken back, and others may have it",
        "Find out whether it was given to anybody, and ask for it back.",
    ),
}
"""Kind of case -> its name, and what to do."""

_REACH = {"email", "phone", "address", "postcode"}


def me() -> str:
    """Who acts, as stories write it down."""
    return f"editor:{editor().id}"


def review(
    session: Session,
    story_id: int,
    status: int = 200,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page. The words stand on it for whoever asked for them, works on them, or could read them on the site."""
    story = story_at_desk(session, story_id)
    marks = marks_in(story.words)
    asked = "read" in request.args or "seen" in request.form
    return render(
        "desk/stories/story.html",
        status,
        story=story,
        words=story.words,
        shown=asked or story.was_public or claimant(story, now()) == me(),
        fields=marked(story.submitted, story.words, marks),
        marks=marks,
        mark_counts=_counted(mark.kind for mark in marks),
        reading=reading_sentence(story),
        suggested=[note for note in suggestions(story) if note not in story.content_notes],
        who=names(session),
        claimed_by=claimant(story, now()),
        me=me(),
        possible=possible(story.state),
        may_publish=Scope.WEB in grants(story, story.words.hash, now()),
        agreements=[(place, *agreement(story, scope, now())) for scope, place in PLACES.items()],
        standings=STANDINGS,
        photos=_photos(story, now()),
        changes=newest_changes(story),
        steps=STEPS,
        holds=HOLDS,
        holds_to_choose=[(kind.value, name) for kind, (name, _) in HOLDS.items() if kind is not HoldKind.GIVEN_AWAY],
        case_kinds=lambda hold: ", ".join(KINDS.get(kind, kind).lower() for kind in kinds_of(hold)),
        role=ROLES.get(story.role, story.role),
        naming=NAMINGS[story.naming],
        told_by=GivenBy,
        rules=RULES,
        common_notes=COMMON_NOTES,
        other_notes=", ".join(note for note in story.content_notes if note not in COMMON_NOTES),
        without_reach=without_reach,
        pin_choices=pin_choices(session, story, now()),
        errors=errors or {},
        typed=typed or {},
    )


def agreement(
    story: Story, scope: Scope, at: datetime, person_id: int | None = None
) -> tuple[Standing, StoryConsent | None]:
    """Where the agreement for one place stands, and its newest record."""
    records = answers_about(story.consents, scope, person_id)
    return standing(records, at), records[-1] if records else None


def newest_changes(story: Story) -> list[StoryChange]:
    """The changes of the last round that its teller was shown."""
    last = story.changes[-1].proposed_hash if story.changes else ""
    return [each for each in story.changes if each.proposed_hash == last]


def names(session: Session) -> Callable[[str], str]:
    """Who `editor:3`, `storyteller` and `timer` are, in words."""
    known = {f"editor:{person.id}": person.name or person.email for person in session.scalars(select(Editor))}
    known |= {"storyteller": "its storyteller", "timer": "the clock", "editor": "an editor"}
    return lambda by: known.get(by, "the words in it" if by.startswith("wording:") else by)


def suggestions(story: Story) -> list[str]:
    """The content notes that the words seem to call for."""
    return suggested_notes("\n".join((story.words.title, story.words.teaser, story.words.body)))


def reading_sentence(story: Story) -> str:
    """How hard the words are to read, and what to do about it."""
    level = reading_level(story.words.body)
    if not story.lang.startswith("en"):
        return "We can only measure English."
    if not level.words:
        return "There is nothing to measure."
    if level.age <= TARGET_AGE:
        return f"Easy to read: from about age {level.age}."
    long = len(level.long_sentences)
    hint = f" {long} long {'sentence' if long == 1 else 'sentences'} could be cut in two." if long else ""
    return f"Hard to read: from about age {level.age}. We aim for {TARGET_AGE}.{hint} But it is their voice."


def without_reach(words: str) -> str:
    """A comment without the numbers and addresses in it: those stand where looking leaves a line in the trail."""
    for each in reversed([each for each in identities(words) if each.kind in _REACH]):
        words = f"{words[: each.start]}[{KINDS[each.kind].lower()}]{words[each.end :]}"
    return words


def _photos(story: Story, at: datetime) -> list[dict[str, Any]]:
    """Each photo with everybody on it, and where their agreement to the website stands."""
    return [
        {"photo": photo, "people": [(person, *agreement(story, Scope.WEB, at, person.id)) for person in photo.people]}
        for photo in story.photos
        if photo.removed_at is None
    ]


def _counted(kinds: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in kinds:
        found[kind] = found.get(kind, 0) + 1
    return found
