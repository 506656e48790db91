"""The mails that bring storytellers to their own page: the way in, what waits for them, and what time brings.

None of them has a word of the story in it, and every one leads in two presses to hiding the story or taking it back.
"""

from collections.abc import Mapping
from datetime import datetime

from service.db import UnitOfWork
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing
from service.mail.notices import Composer
from service.stories.consent import newest_answers
from service.stories.model import GivenBy, Scope, Story, StoryState, Storyteller
from service.stories.portal import ENTRY_LASTS, make_entry
from service.stories.receipts import receipt_of, said_time

LANGUAGE = "en-GB"
_SHOWN = frozenset({StoryState.PUBLISHED})
_WITH_THEM = frozenset({StoryState.WITH_STORYTELLER, StoryState.PUBLISHED, StoryState.RETIRED})
_ALIVE = frozenset(StoryState) - {StoryState.WITHDRAWN, StoryState.ERASED}


def portal_entry(uow: UnitOfWork, head: Letterhead, teller_id: int, now: datetime) -> Mailing | None:
    """The link into the portal, made as the mail is written."""
    teller = uow.session.get(Storyteller, teller_id)
    if teller is None:
        return None
    token = make_entry(uow, head.tokens, teller.id, now=now)
    minutes = int(ENTRY_LASTS.total_seconds() // 60)
    to, link = Address(teller.email), head.links.portal(token)
    return head.letter("portal_entry", to, lang=LANGUAGE, link=link, minutes=minutes)


def story_ready(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """The words are ready to be read and decided about."""
    return _letter(uow, head, "story_ready", story_id, _WITH_THEM)


def story_waiting(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """A reminder that approves nothing."""
    return _letter(uow, head, "story_waiting", story_id, frozenset({StoryState.WITH_STORYTELLER}))


def story_comment(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """There is an answer on the page."""
    return _letter(uow, head, "story_comment", story_id, _ALIVE)


def story_aftercare(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """How does it feel? A week after, and a year after."""
    return _letter(uow, head, "story_aftercare", story_id, _SHOWN)


def story_renewal(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:
    """A yes will end; not needed when it was renewed or taken back meanwhile."""
    story = uow.session.get(Story, story_id)
    web = newest_answers(story.consents).get(Scope.WEB) if story else None
    if web is None or not web.granted or web.expires_at is None or web.expires_at <= now:
        return None
    return _letter(uow, head, "story_renewal", story_id, _SHOWN, ends=_said(web.expires_at))


def story_of_age(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """The child told about comes of age and is asked; not needed once they have answered for themselves."""
    story = uow.session.get(Story, story_id)
    if story is None or story.of_age_at is None or story.told_by is GivenBy.SELF:
        return None
    return _letter(uow, head, "story_of_age", story_id, _WITH_THEM, of_age=_said(story.of_age_at))


def story_taken_back(uow: UnitOfWork, head: Letterhead, story_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """The receipt: each place with the time it was clean, and what we cannot reach."""
    story = uow.session.get(Story, story_id)
    if story is None or story.storyteller is None or story.state is not StoryState.WITHDRAWN:
        return None
    receipt = receipt_of(uow.session, story_id)
    return head.letter(
        "story_taken_back",
        Address(story.storyteller.email),
        lang=LANGUAGE,
        at=said_time(receipt.at),
        on=_said(receipt.at),
        places=[f"{line.words}: {said_time(line.clean_at)}" for line in receipt.lines if line.clean_at],
        left=[line.words for line in receipt.lines if not line.clean_at],
        unreachable=receipt.unreachable,
        elsewhere=receipt.elsewhere,
        receipt_link=head.links.receipt(story_id),
    )


def _letter(
    uow: UnitOfWork,
    head: Letterhead,
    template: str,
    story_id: int,
    states: frozenset[StoryState],
    *,
    ends: str = "",
    of_age: str = "",
) -> Mailing | None:
    story = uow.session.get(Story, story_id)
    if story is None or story.storyteller is None or story.state not in states:
        return None
    to, own_link = Address(story.storyteller.email), head.links.own_story(story.id)
    return head.letter(template, to, lang=LANGUAGE, own_link=own_link, ends=ends, of_age=of_age)


def _said(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


COMPOSERS: Mapping[str, Composer] = {
    "portal_entry": portal_entry,
    "story_ready": story_ready,
    "story_waiting": story_waiting,
    "story_comment": story_comment,
    "story_aftercare": story_aftercare,
    "story_renewal": story_renewal,
    "story_of_age": story_of_age,
    "story_taken_back": story_taken_back,
}
