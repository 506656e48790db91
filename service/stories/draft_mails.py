"""The mails about a draft: its link, asked for by its teller, and the warning that it will go."""

from collections.abc import Mapping
from datetime import datetime

from service.db import UnitOfWork
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing
from service.mail.notices import Composer
from service.stories.model import StoryDraft
from service.stories.telling import mailbox

LANGUAGE = "en-GB"


def finish_later(uow: UnitOfWork, head: Letterhead, draft_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """The link to a draft. Not needed when it has gone or has become a story."""
    return _about(uow, head, "finish_later", draft_id)


def draft_will_go(uow: UnitOfWork, head: Letterhead, draft_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """It will be deleted on that day, unless its teller goes on."""
    return _about(uow, head, "draft_will_go", draft_id)


def _about(uow: UnitOfWork, head: Letterhead, template: str, draft_id: int) -> Mailing | None:
    draft = uow.session.get(StoryDraft, draft_id)
    if draft is None or draft.story_id is not None or not draft.answers.get("later_email"):
        return None
    return head.letter(
        template,
        Address(mailbox(draft.answers["later_email"])),
        lang=LANGUAGE,
        link=head.links.draft(draft.id),
        until=f"{draft.expires_on.day} {draft.expires_on:%B %Y}",
    )


COMPOSERS: Mapping[str, Composer] = {"finish_later": finish_later, "draft_will_go": draft_will_go}
