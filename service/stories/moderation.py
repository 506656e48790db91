"""What editors do with a story. Each takes the row that `queries.story_for_change` gave, locked until the unit ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.consent import Source, record_answers
from service.stories.errors import EditedMeanwhile
from service.stories.model import Revision, Scope, Story
from service.stories.slugs import free_slug
from service.stories.workflow import Action, move


def edit_words(story: Story, *, title: str, teaser: str, body: str, editor: str, seen: str, now: datetime) -> Revision:
    """Keep a new revision; unchanged words stay the one in hand. What readers see does not change by this.

    `editor` is `editor:<id>`, `seen` the hash of the words the editor began with. The caller has checked the words with
    `wording.problems_with_words`. Raises EditedMeanwhile or NotFromHere.
    """
    _same_words(story, seen)
    number = story.words.number + 1
    revision = Revision(number=number, title=title, teaser=teaser, body=body, author=editor, created_at=now)
    if revision.hash == story.words.hash:
        return story.words
    move(story, Action.EDIT, now)
    story.revisions.append(revision)
    return revision


def note_contents(story: Story, notes: Sequence[str]) -> None:
    """Say what the story mentions. The notes are ours, not the storyteller's words, and need no approval."""
    story.content_notes = list(dict.fromkeys(notes))


def record_approval(
    story: Story,
    answers: Mapping[Scope, bool],
    source: Source,
    *,
    seen: str,
    organisation: str,
    given_at: datetime,
    now: datetime,
) -> None:
    """Write down what the storyteller told us about exactly the words with the hash `seen`, place by place.

    Raises EditedMeanwhile when those are no longer the words in hand, or NotFromHere.
    """
    _same_words(story, seen)
    move(story, Action.APPROVE, now)
    story.approved_at = now
    record_answers(story, answers, story.words, source, organisation=organisation, given_at=given_at)


def publish(uow: UnitOfWork, story: Story, *, seen: str, now: datetime) -> None:
    """Show the words with the hash `seen` to the public. Raises EditedMeanwhile, ConsentMissing or NotFromHere."""
    _same_words(story, seen)
    move(story, Action.PUBLISH, now)
    story.shown_hash = story.words.hash
    if not story.was_public:
        story.slug = free_slug(uow.session, story)
        story.published_at = now
        leave_notice(uow, "story_published", story.id, now=now)


def hide(story: Story, *, now: datetime) -> None:
    """Take the story out of sight for now. Raises NotFromHere."""
    move(story, Action.HIDE, now)


def resume(story: Story, *, now: datetime) -> None:
    """Show a hidden story's words again as they were. Raises ConsentMissing or NotFromHere."""
    move(story, Action.RESUME, now)


def decline(uow: UnitOfWork, story: Story, *, rule: str, note: str, now: datetime) -> None:
    """Do not publish, by a key of `declining.RULES`. Its teller gets rule, note and text. Raises NotFromHere."""
    move(story, Action.DECLINE, now)
    story.declined_at, story.decline_rule, story.decline_note = now, rule, note
    leave_notice(uow, "story_declined", story.id, now=now)


def withdraw(story: Story, *, now: datetime) -> None:
    """Take the story back for its teller, for good: one row, which every surface asks. Raises NotFromHere."""
    move(story, Action.WITHDRAW, now)
    story.withdrawn_at = now


def _same_words(story: Story, seen: str) -> None:
    if story.words.hash != seen:
        raise EditedMeanwhile
