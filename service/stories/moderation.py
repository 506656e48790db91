"""What editors do with a story. Each takes the row that `queries.story_for_change` gave, locked until the unit ends.

`by` is `editor:<id>`; the storyteller's own pages and the timer use some of these too and say so with it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.consent import (
    NOT_THEIRS_TO_GIVE,
    TAKEN_BACK,
    Source,
    newest_answers,
    record_act,
    record_answers,
    record_people,
)
from service.stories.elsewhere import open_errand
from service.stories.errors import EditedMeanwhile, TooEarly
from service.stories.model import Act, Method, Revision, Scope, Story, TakeBack
from service.stories.photos import answers_of_all
from service.stories.slugs import free_slug
from service.stories.wording import first_lines
from service.stories.workflow import Action, move

COPY_KEPT = timedelta(days=30)
"""How long the private copy stays that a teller may choose when they take a story back (DOMAIN 2.4)."""
WITHDRAWN = "story_withdrawn"
"""The kind of a tombstone in the journal; its key is the story's row id. A restored backup must not show it again."""
RECEIPT_FIRST = timedelta(hours=1)
"""Until words that are to go at once are erased: so long their teller can still be sent the receipt."""


def edit_words(story: Story, *, title: str, teaser: str, body: str, editor: str, seen: str, now: datetime) -> Revision:
    """Keep a new revision; unchanged words stay the one in hand. What readers see does not change by this.

    A teaser that is just the first words of the story, and was left as it is, follows the story.
    `editor` is `editor:<id>`, `seen` the hash of the words the editor began with. The caller has checked the words with
    `wording.problems_with_words`. Raises EditedMeanwhile or NotFromHere.
    """
    same_words(story, seen)
    if teaser == story.words.teaser == first_lines(story.words.body):
        teaser = first_lines(body)
    number = story.words.number + 1
    revision = Revision(number=number, title=title, teaser=teaser, body=body, author=editor, created_at=now)
    if revision.hash == story.words.hash:
        return story.words
    move(story, Action.EDIT, now, editor)
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
    people: Mapping[int, bool] | None = None,
) -> None:
    """Write down what the storyteller told us about exactly the words with the hash `seen`, place by place.

    Who agrees to exactly these words agrees to every change in them. `people` is what everybody else on the photos
    says, by row id; not asked when every place has a no. Raises EditedMeanwhile when those are no longer the words in
    hand, AnswerMissing, or NotFromHere.
    """
    same_words(story, seen)
    everybody = answers_of_all(story, people or {}, wanted=any(answers.values()))
    for change in story.changes:
        if change.proposed_hash == seen and change.accepted is None:
            change.accepted, change.decided_at = True, given_at
    move(story, Action.APPROVE, now, source.recorded_by or "storyteller")
    story.approved_at = now
    record_answers(story, answers, story.words, source, organisation=organisation, given_at=given_at)
    record_people(story, everybody, answers, source, organisation=organisation, given_at=given_at)


def publish(uow: UnitOfWork, story: Story, *, seen: str, now: datetime, by: str = "editor") -> None:
    """Show the words with the hash `seen` to the public.

    Raises EditedMeanwhile, ConsentMissing, PhotoConsentMissing, HeldBack, FactCheckMissing, TooEarly, HiddenByAnother
    or NotFromHere.
    """
    same_words(story, seen)
    move(story, Action.PUBLISH, now, by)
    story.shown_hash, story.shown_at = story.words.hash, now
    story.claimed_by, story.claimed_until = "", None
    if not story.was_public:
        story.slug = free_slug(uow.session, story)
        story.published_at = now
        leave_notice(uow, "story_published", story.id, now=now)


def schedule(story: Story, *, seen: str, now: datetime, by: str = "editor", not_before: datetime | None = None) -> None:
    """Have the words with the hash `seen` published as soon as its teller lets us, and not before `not_before`.

    Raises what `publish` raises; TooEarly only for a `not_before` that is earlier than the teller's own.
    """
    same_words(story, seen)
    if not_before is not None and story.not_before is not None and not_before < story.not_before:
        raise TooEarly
    move(story, Action.SCHEDULE, now, by)
    story.not_before = not_before or story.not_before


def hide(story: Story, *, now: datetime, by: str = "editor") -> None:
    """Take the story out of sight for now. Raises NotFromHere."""
    move(story, Action.HIDE, now, by)


def resume(story: Story, *, now: datetime, by: str = "editor") -> None:
    """Bring a hidden story back to where it was, a retired one to its readers.

    Raises ConsentMissing, HeldBack, HiddenByAnother or NotFromHere.
    """
    move(story, Action.RESUME, now, by)


def decline(uow: UnitOfWork, story: Story, *, rule: str, note: str, now: datetime, by: str = "editor") -> None:
    """Do not publish, by a key of `declining.RULES`. Its teller gets rule, note and text. Raises NotFromHere."""
    move(story, Action.DECLINE, now, by)
    story.declined_at, story.decline_rule, story.decline_note = now, rule, note
    leave_notice(uow, "story_declined", story.id, now=now)


def withdraw(
    uow: UnitOfWork,
    story: Story,
    *,
    organisation: str,
    now: datetime,
    by: str = "editor",
    keep_copy: bool = False,
    proven_by: str = "",
    method: Method = Method.WEB,
) -> None:
    """Take the story back for its teller, for good: one row, which every surface asks; the rest is cleared after it.

    `method` is how the teller told us; by default on our own pages.
    The words are erased after RECEIPT_FIRST, or after COPY_KEPT for a teller who wants a copy. Raises NotFromHere.
    """
    move(story, Action.WITHDRAW, now, by)
    story.withdrawn_at = now
    story.erase_at = now + (COPY_KEPT if keep_copy else RECEIPT_FIRST)
    yes = [scope for scope, newest in newest_answers(story.consents).items() if newest.granted]
    recorded_by = "" if by == "storyteller" else by
    source = Source(
        method=method,
        preamble=TAKEN_BACK,
        given_by=story.told_by,
        relation=story.relation,
        recorded_by=recorded_by,
        proven_by=proven_by,
    )
    record_act(story, yes, Act.WITHDRAW, source, organisation=organisation, given_at=now)
    open_errand(uow, story, yes, by=by, now=now)
    uow.journal_erasure(WITHDRAWN, str(story.id), now=now)
    uow.session.add(TakeBack(story_id=story.id, at=now, look_at=now))
    uow.enqueue("stories.take_back", story.id)


def void(story: Story, *, organisation: str, by: str, now: datetime) -> None:
    """End every yes because it was not theirs to give: the wrong person signed, or a mistake was proven.

    Readers stop seeing the story at once; who may answer for it can be asked anew. Raises NotFromHere when it was taken
    back already.
    """
    yes = [scope for scope, newest in newest_answers(story.consents).items() if newest.granted]
    source = Source(method=Method.PHONE, preamble=NOT_THEIRS_TO_GIVE, given_by=story.told_by, recorded_by=by)
    record_act(story, yes, Act.VOID, source, organisation=organisation, given_at=now)


def same_words(story: Story, seen: str) -> None:
    """Raise EditedMeanwhile unless `seen` is the hash of the words in hand."""
    if story.words.hash != seen:
        raise EditedMeanwhile
