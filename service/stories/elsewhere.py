"""Places where the service puts nothing by itself: people of the team may have, and only people can ask for it back.

When a story is taken back that may be there, an errand opens: a case that an editor closes with what was done. GDPR
Art. 19 asks for it: whoever was given the story is told. The receipt says how far it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.stories.holds import open_hold
from service.stories.model import Act, HoldKind, Scope, Story, StoryConsent, StoryHold

ELSEWHERE: Mapping[Scope, str] = {
    Scope.SOCIAL: "social media",
    Scope.PRESS: "newspapers, radio and television",
    Scope.PARTNERS: "the pages of other patient groups",
    Scope.PRINT: "paper",
    Scope.TRANSLATION: "other languages",
    Scope.TRAINING: "talks and training",
}
"""What they are called on the receipt and at the desk."""

LETTER = """\
Hello,

we once gave you a story of one of our storytellers. It stood at {link}. On {on} the person who told it took it back. That is their right, and they do not have to say why.

Please take it down or stop using it, and delete your copies. Please tell us when that is done, and to whom you passed it on. If it is in print already, please do not print it again.

Thank you.
{organisation}"""  # noqa: E501 - a letter has its paragraphs on one line
"""To be copied into a mail; nothing of the story stands in it but the address it had."""


def open_errand(uow: UnitOfWork, story: Story, yes: Sequence[Scope], *, by: str, now: datetime) -> None:
    """Ask the editors to look where the story may have been given, after its teller took it back.

    Nothing opens when its teller never said yes to such a place, or when it was never ready to be given to anybody.
    """
    was_ready = story.was_public or story.approved_at is not None
    if was_ready and ELSEWHERE.keys() & set(yes):
        open_hold(uow, HoldKind.GIVEN_AWAY, story, opened_by=by, now=now)


def given_away(session: Session, story_id: int) -> list[str]:
    """Where a story that was taken back may be: what the withdrawal ended is what had been agreed to."""
    ended = select(StoryConsent.scope).where(
        StoryConsent.story_id == story_id, StoryConsent.act == Act.WITHDRAW, StoryConsent.photo_person_id.is_(None)
    )
    scopes = set(session.scalars(ended))
    return [words for scope, words in ELSEWHERE.items() if scope in scopes]


def errand_of(session: Session, story_id: int) -> StoryHold | None:
    """The errand about a story; closed ones have `resolved_at`."""
    errand = select(StoryHold).where(StoryHold.story_id == story_id, StoryHold.kind == HoldKind.GIVEN_AWAY)
    return session.scalar(errand.order_by(StoryHold.id.desc()).limit(1))
