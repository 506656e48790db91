"""From a draft to a story: the address is proven, the words become revision 1, the answers become consent records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.markdown import first_words
from service.stories.consent import ASKED_WHILE_TELLING, READ_AND_CONTACT, Source, record_answers
from service.stories.drafts import draft_by_proof
from service.stories.errors import DraftUnfinished, ProofExpired
from service.stories.model import Method, Naming, Revision, Scope, Story, Storyteller
from service.stories.naming import NAMELESS
from service.stories.slugs import placeholder_slug
from service.stories.telling import CHECK, answered_places, first_open, mailbox
from service.stories.wording import TEASER_WORDS
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
    move(story, Action.SUBMIT, now)
    _record_first_answers(story, draft.answers, organisation, now)
    uow.session.flush()
    draft.story_id, draft.answers, draft.saved_at = story.id, {}, now
    leave_notice(uow, "story_received", story.id, now=now)
    return story


def _story_of(answers: Mapping[str, Any], now: datetime) -> Story:
    naming = Naming(answers["naming"])
    story = Story(
        slug=placeholder_slug(),
        role=answers["role"],
        naming=naming,
        display_name=NAMELESS if naming is Naming.ANONYMOUS else answers["shown_name"],
        created_at=now,
        submitted_at=now,
    )
    story.revisions.append(
        Revision(
            number=1,
            title=answers["title"],
            teaser=first_words(answers["text"], TEASER_WORDS),
            body=answers["text"],
            author="storyteller",
            created_at=now,
        )
    )
    return story


def _storyteller(uow: UnitOfWork, tokens: Tokens, email: str, now: datetime) -> Storyteller:
    """The row of this address, or a new one: an address may tell several stories."""
    keys = tokens.keyed_hashes(Purpose.STORYTELLER, email.lower())
    known = uow.session.scalar(select(Storyteller).where(Storyteller.email_key.in_(keys)).order_by(Storyteller.id))
    teller = known or Storyteller(email=email, email_key=keys[0], created_at=now)
    teller.email_proven_at = now
    return teller


def _record_first_answers(story: Story, answers: Mapping[str, Any], organisation: str, now: datetime) -> None:
    asked = {Scope.READ_AND_CONTACT: True}
    source = Source(method=Method.WEB, preamble=READ_AND_CONTACT)
    record_answers(story, asked, story.words, source, organisation=organisation, given_at=now)
    source = Source(method=Method.WEB, preamble=ASKED_WHILE_TELLING)
    record_answers(story, answered_places(answers), story.words, source, organisation=organisation, given_at=now)
