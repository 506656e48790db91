"""From a draft to a story: the address is proven, the words become revision 1, the answers become consent records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.consent import ASKED_WHILE_TELLING, READ_AND_CONTACT, Source, record_answers, record_people
from service.stories.drafts import draft_by_proof
from service.stories.errors import DraftUnfinished, ProofExpired
from service.stories.guards import STORYTELLER
from service.stories.holds import open_hold, take_over
from service.stories.model import (
    HoldKind,
    Method,
    Naming,
    Revision,
    Scope,
    Story,
    StoryComment,
    StoryDraft,
    Storyteller,
)
from service.stories.naming import NAMELESS
from service.stories.photos import agreed_while_telling
from service.stories.slugs import placeholder_slug
from service.stories.telling import CHECK, answered_places, first_open, mailbox
from service.stories.told import (
    assent_of,
    body_of,
    comments_of,
    format_of,
    not_before,
    of_age_at,
    others_not_asked,
    relation_of,
    responsibility_of,
    title_of,
    told_by,
)
from service.stories.wording import first_lines
from service.stories.workflow import Action, move
from service.tokens import Purpose, Tokens


def submit_story(uow: UnitOfWork, tokens: Tokens, token: str, *, organisation: str, now: datetime) -> Story:
    """Prove the address with the mailed `token` and take the story in; the same story again when done twice.

    Raises ProofUnknown, ProofExpired or DraftUnfinished. The draft forgets what was typed.
    """
    draft = draft_by_proof(uow.session, tokens.fresh_hash(token), for_change=True)
    if draft.story_id is not None:
        return uow.session.get_one(Story, draft.story_id)
    if draft.token_expires_at is None or draft.token_expires_at <= now:
        raise ProofExpired
    if first_open(draft.answers) != CHECK:
        raise DraftUnfinished
    story = _story_of(draft.answers, now)
    story.storyteller = _storyteller(uow, tokens, mailbox(draft.answers["email"]), now)
    uow.session.add(story)
    move(story, Action.SUBMIT, now, STORYTELLER)
    _record_first_answers(story, draft, organisation, now)
    uow.session.flush()
    take_over(uow, draft, story)
    source, places = _source(draft, ASKED_WHILE_TELLING), answered_places(draft.answers)
    agreed = agreed_while_telling(story, draft.answers)
    record_people(story, agreed, places, source, organisation=organisation, given_at=now)
    if others_not_asked(draft.answers):
        open_hold(uow, HoldKind.THIRD_PARTY, story, opened_by=STORYTELLER, now=now)
    draft.story_id, draft.answers, draft.saved_at = story.id, {}, now
    leave_notice(uow, "story_received", story.id, now=now)
    return story


def _story_of(answers: Mapping[str, Any], now: datetime) -> Story:
    naming = Naming(answers["naming"])
    story = Story(
        slug=placeholder_slug(),
        role=answers["role"],
        told_by=told_by(answers),
        relation=relation_of(answers),
        of_age_at=of_age_at(answers, now),
        format=format_of(answers),
        naming=naming,
        display_name=NAMELESS if naming is Naming.ANONYMOUS else answers["shown_name"],
        not_before=not_before(answers),
        created_at=now,
        submitted_at=now,
    )
    title, body = title_of(answers), body_of(answers)
    teaser = first_lines(body)
    story.revisions.append(
        Revision(number=1, title=title, teaser=teaser, body=body, author=STORYTELLER, created_at=now)
    )
    story.comments.extend(StoryComment(author=STORYTELLER, words=words, at=now) for words in comments_of(answers))
    return story


def _storyteller(uow: UnitOfWork, tokens: Tokens, email: str, now: datetime) -> Storyteller:
    """The row of this address, or a new one: an address may tell several stories."""
    keys = tokens.keyed_hashes(Purpose.STORYTELLER, email.lower())
    known = uow.session.scalar(select(Storyteller).where(Storyteller.email_key.in_(keys)).order_by(Storyteller.id))
    teller = known or Storyteller(email=email, email_key=keys[0], created_at=now)
    teller.email_proven_at = now
    return teller


def _record_first_answers(story: Story, draft: StoryDraft, organisation: str, now: datetime) -> None:
    """A yes to be read, and an answer for every place that was asked about."""
    asked_first = _source(draft, READ_AND_CONTACT)
    first = {Scope.READ_AND_CONTACT: True}
    record_answers(story, first, story.words, asked_first, organisation=organisation, given_at=now)
    places, asked = answered_places(draft.answers), _source(draft, ASKED_WHILE_TELLING)
    record_answers(story, places, story.words, asked, organisation=organisation, given_at=now)


def _source(draft: StoryDraft, preamble: str) -> Source:
    return Source(
        method=Method.WEB,
        preamble=preamble,
        given_by=told_by(draft.answers),
        relation=relation_of(draft.answers),
        parental_responsibility=responsibility_of(draft.answers),
        assent=assent_of(draft.answers),
        proven_by=f"draft:{draft.id}",
    )
