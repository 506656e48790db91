"""Demo content: six fictional stories, one for each hard case."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.cli.demo_library import midday
from service.stories.consent import ASKED_FOR_APPROVAL, READ_AND_CONTACT, Source, record_answers
from service.stories.model import GivenBy, Method, Naming, Revision, Scope, Story, StoryState, Storyteller
from service.tokens import Purpose, Tokens

FORMATS = {"in_memoriam": "memoriam"}
ROLES = {"healthcare_professional": "professional"}
NAMINGS = {"first_name": Naming.FIRST, "full_name_private": Naming.FIRST}
AGREED = (StoryState.APPROVED, StoryState.PUBLISHED, StoryState.WITHDRAWN)
SHOWN = (StoryState.PUBLISHED, StoryState.WITHDRAWN)
WEEK = timedelta(days=7)
RENEWED = timedelta(days=365)


def seed_stories(
    session: Session, data: dict[str, Any], tokens: Tokens, organisation: str, now: datetime
) -> dict[str, Story]:
    """Add the stories with their words and what was agreed; gives them by slug."""
    stories = {entry["slug"]: _story(entry, tokens, organisation, now) for entry in data["stories"]}
    session.add_all(stories.values())
    session.flush()
    for entry in data["stories"]:
        _bring_to(stories[entry["slug"]], StoryState(entry["state"]))
    return stories


def _bring_to(story: Story, state: StoryState) -> None:
    """Only now that the answers are in the database does it let a story be public."""
    if state in SHOWN:
        story.shown_hash, story.shown_at = story.words.hash, story.published_at
    story.state, story.state_since = state, story.withdrawn_at or story.published_at or story.submitted_at


def _story(entry: dict[str, Any], tokens: Tokens, organisation: str, now: datetime) -> Story:
    published = midday(entry["published"]) if entry["published"] else None
    told = (published or now) - 3 * WEEK
    story = _bare_story(entry, told, published)
    story.storyteller = _storyteller(story.slug, tokens, told)
    story.revisions.append(_words(entry, told))
    _agree_to_be_read(story, entry, organisation, told)
    if StoryState(entry["state"]) in AGREED:
        story.approved_at = told + 2 * WEEK
        _agree_to_words(story, entry, organisation, now)
    return story


def _bare_story(entry: dict[str, Any], told: datetime, published: datetime | None) -> Story:
    return Story(
        slug=entry["slug"],
        state=StoryState.DRAFT,
        told_by=_giver(entry),
        role=ROLES.get(entry["role"], entry["role"]),
        format=FORMATS.get(entry["format"], entry["format"]),
        naming=NAMINGS.get(entry["identity"]) or Naming(entry["identity"]),
        display_name=entry["display_name"],
        age_band=entry["age_band"],
        stage=entry["stage"],
        country=entry["country"],
        topics=entry["topics"],
        content_notes=entry["content_notes"],
        not_before=midday(entry["not_before"]) if "not_before" in entry else None,
        created_at=told,
        submitted_at=told,
        published_at=published,
        withdrawn_at=datetime.fromisoformat(entry["withdrawn"]) if "withdrawn" in entry else None,
    )


def _storyteller(slug: str, tokens: Tokens, told: datetime) -> Storyteller:
    email = f"teller-of-{slug}@example.test"
    key = tokens.keyed_hash(Purpose.STORYTELLER, email)
    return Storyteller(email=email, email_key=key, email_proven_at=told, created_at=told)


def _words(entry: dict[str, Any], told: datetime) -> Revision:
    return Revision(
        number=1,
        title=entry["title"],
        teaser=entry["teaser"],
        body=entry["body"],
        author="storyteller",
        created_at=told,
    )


def _agree_to_be_read(story: Story, entry: dict[str, Any], organisation: str, told: datetime) -> None:
    source = Source(method=Method.WEB, preamble=READ_AND_CONTACT, given_by=_giver(entry))
    answers = {Scope.READ_AND_CONTACT: True}
    record_answers(story, answers, story.words, source, organisation=organisation, given_at=told)


def _agree_to_words(story: Story, entry: dict[str, Any], organisation: str, now: datetime) -> None:
    """Every answer as given. An end that has passed moves, as if renewed: a demo without stories shows nothing."""
    source = Source(method=Method.WEB, preamble=ASKED_FOR_APPROVAL, given_by=_giver(entry))
    answers = {Scope(scope): yes for scope, yes in entry["consent"]["scopes"].items()}
    given_at = story.approved_at or now
    record_answers(story, answers, story.words, source, organisation=organisation, given_at=given_at)
    ends = midday(entry["consent"]["expires"])
    for record in story.consents:
        if record.expires_at is not None:
            record.expires_at = ends if ends > now else now + RENEWED


def _giver(entry: dict[str, Any]) -> GivenBy:
    return GivenBy(entry["consent"].get("given_by", "self"))
