"""Every mail this subject sends."""

from collections.abc import Mapping
from datetime import datetime

from service.db import UnitOfWork
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing
from service.mail.notices import Composer
from service.stories import letters
from service.stories.declining import RULES
from service.stories.drafts import PROOF_LASTS
from service.stories.model import Story, StoryDraft, StoryState
from service.stories.telling import mailbox
from service.stories.whereabouts import ANSWER_WITHIN

LANGUAGE = "en-GB"


def prove_story_address(uow: UnitOfWork, head: Letterhead, draft_id: int, now: datetime) -> Mailing | None:
    """The link that proves an address, made as the mail is written; it replaces the one before."""
    draft = uow.session.get(StoryDraft, draft_id)
    if draft is None or draft.sent_at is None or draft.story_id is not None:
        return None
    token, draft.token_hash = head.tokens.fresh()
    draft.token_expires_at = now + PROOF_LASTS
    return head.letter(
        "prove_story_address",
        Address(mailbox(draft.answers["email"])),
        lang=LANGUAGE,
        link=head.links.prove_story(token),
        days=PROOF_LASTS.days,
    )


def story_received(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:
    """We have it; what happens next and by when."""
    story = uow.session.get(Story, story_id)
    if story is None or story.storyteller is None:
        return None
    by = (story.submitted_at or now) + ANSWER_WITHIN
    return head.letter(
        "story_received",
        Address(story.storyteller.email),
        lang=LANGUAGE,
        by=f"{by.day} {by:%B %Y}",
        own_link=head.links.own_story(story.id),
    )


def story_published(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """It is online, here, and this is how to take it back. Not needed when it is no longer public."""
    story = uow.session.get(Story, story_id)
    if story is None or story.storyteller is None or story.state is not StoryState.PUBLISHED:
        return None
    return head.letter(
        "story_published",
        Address(story.storyteller.email),
        lang=LANGUAGE,
        link=head.links.story(story.slug),
        own_link=head.links.own_story(story.id),
    )


def story_declined(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """The rule we went by, and the text back as it was sent."""
    story = uow.session.get(Story, story_id)
    if story is None or story.storyteller is None or story.state is not StoryState.DECLINED:
        return None
    return declined_letter(head, Address(story.storyteller.email), story, story.decline_rule, story.decline_note)


def declined_letter(head: Letterhead, to: Address, story: Story, rule: str, note: str) -> Mailing:
    """The mail that declines `story` by a key of RULES, also for an editor who has not decided yet."""
    return head.letter(
        "story_declined",
        to,
        lang=LANGUAGE,
        rule=RULES[rule],
        note=note,
        title=story.submitted.title,
        text=story.submitted.body,
    )


COMPOSERS: Mapping[str, Composer] = {
    **letters.COMPOSERS,
    "prove_story_address": prove_story_address,
    "story_received": story_received,
    "story_published": story_published,
    "story_declined": story_declined,
}
