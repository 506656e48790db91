"""What storytellers do with their own story. Each takes the row that `portal.own_story` gave, locked for the change.

Hiding, resuming and taking back are `moderation.hide`, `resume` and `withdraw` with `by=STORYTELLER`. Whatever is
decided about words names their hash: a page that was open while they changed is refused with EditedMeanwhile.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.changes import FIELDS, Change, apply
from service.stories.consent import (
    ASKED_UNTIL,
    PLACES,
    TAKEN_BACK,
    Source,
    grants,
    newest_answers,
    record_act,
    record_answers,
    record_people,
    renew_people,
)
from service.stories.errors import AnswerMissing, BadEnd, ConsentMissing, EditedMeanwhile, OtherRole
from service.stories.guards import STORYTELLER, changes_decided
from service.stories.model import (
    Act,
    Assent,
    GivenBy,
    Method,
    Naming,
    Revision,
    Scope,
    Story,
    StoryChange,
    StoryComment,
    StoryState,
)
from service.stories.moderation import same_words
from service.stories.naming import NAMELESS
from service.stories.photos import answers_of_all
from service.stories.wording import first_lines
from service.stories.workflow import Action, move

COOL_OFF = timedelta(hours=24)
"""Between an approval and the first publication, unless the storyteller does not want to wait (DOMAIN 2.1)."""


def decide(story: Story, decisions: Mapping[int, bool], *, seen: str, now: datetime) -> None:
    """Accept (True) or reject changes by row id, one or many; until they are applied they may be decided again.

    Raises EditedMeanwhile.
    """
    same_words(story, seen)
    for change in changes_in_hand(story):
        if change.id in decisions:
            change.accepted, change.decided_at = decisions[change.id], now


def changes_in_hand(story: Story) -> list[StoryChange]:
    """The changes that lead to the words in hand, in the order in which a reader meets them."""
    found = [each for each in story.changes if each.proposed_hash == story.words.hash]
    return sorted(found, key=lambda each: (FIELDS.index(each.field), each.start))


def decided_words(story: Story, *, seen: str, now: datetime) -> Revision:
    """The words as the storyteller wants them: a new revision of theirs, or the words in hand if nothing was rejected.

    Raises EditedMeanwhile or ChangesUndecided.
    """
    same_words(story, seen)
    changes_decided(story, now, STORYTELLER)
    changes = changes_in_hand(story)
    if all(change.accepted for change in changes):
        return story.words
    base = next(each for each in reversed(story.revisions) if each.hash == changes[0].base_hash)
    texts = {name: _apply(getattr(base, name), [one for one in changes if one.field == name]) for name in FIELDS}
    if base.teaser == first_lines(base.body) and story.words.teaser == first_lines(story.words.body):
        texts["teaser"] = first_lines(texts["body"])
    mine = Revision(number=story.words.number + 1, author=STORYTELLER, created_at=now, **texts)
    story.revisions.append(mine)
    return mine


def comment(uow: UnitOfWork, story: Story, words: str, *, author: str, now: datetime) -> None:
    """Say something to the other side; a storyteller gets a mail that there is an answer, without the words."""
    story.comments.append(StoryComment(author=author, words=words, at=now))
    if author != STORYTELLER:
        leave_notice(uow, "story_comment", story.id, now=now)


def hand_back(story: Story, *, seen: str, now: datetime) -> None:
    """Ask the editors to work on it again. Raises EditedMeanwhile or NotFromHere."""
    same_words(story, seen)
    move(story, Action.HAND_BACK, now, STORYTELLER)


def approve(
    story: Story,
    answers: Mapping[Scope, bool],
    *,
    seen: str,
    organisation: str,
    proven_by: str,
    now: datetime,
    until: datetime | None = None,
    parental_responsibility: bool | None = None,
    assent: Assent = Assent.NOT_ASKED,
    wait_a_day: bool = True,
    people: Mapping[int, bool] | None = None,
) -> None:
    """Agree to exactly the words with the hash `seen`, with a yes or no for every place.

    `people` is what everybody else on the photos says, by row id; not asked when every place has a no.
    Raises EditedMeanwhile, AnswerMissing, BadEnd, ChangesUndecided, OtherRole or NotFromHere.
    """
    same_words(story, seen)
    if set(answers) != set(PLACES) or (story.told_by is GivenBy.GUARDIAN and assent is Assent.NOT_ASKED):
        raise AnswerMissing
    everybody = answers_of_all(story, people or {}, wanted=any(answers.values()))
    _still_theirs(story, now)
    if assent is Assent.NO:
        answers = dict.fromkeys(PLACES, False)
    move(story, Action.APPROVE, now, STORYTELLER)
    story.approved_at = now
    story.cool_off_until = now + COOL_OFF if wait_a_day and not story.was_public else None
    source = _source(story, ASKED_UNTIL, proven_by, until, parental_responsibility, assent)
    record_answers(story, answers, story.words, source, organisation=organisation, given_at=now)
    record_people(story, everybody, answers, source, organisation=organisation, given_at=now)


def narrow(story: Story, scopes: Iterable[Scope], *, organisation: str, proven_by: str, now: datetime) -> None:
    """Take back the yes for some places; where there is none, nothing is recorded."""
    newest = newest_answers(story.consents)
    yes = [scope for scope in scopes if scope in newest and newest[scope].granted]
    source = _source(story, TAKEN_BACK, proven_by)
    record_act(story, yes, Act.NARROW, source, organisation=organisation, given_at=now)


def speak_for_self(story: Story, *, now: datetime) -> None:
    """The child told about has come of age and answers from now on. Raises OtherRole while they have not."""
    if story.of_age_at is None or story.of_age_at > now:
        raise OtherRole
    story.told_by, story.relation = GivenBy.SELF, ""


def renew(
    story: Story,
    *,
    seen: str,
    organisation: str,
    proven_by: str,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Keep every yes for the shown words with the hash `seen`, for as long again or until `until`.

    A retired story is back at once. Raises EditedMeanwhile, ConsentMissing when there is no yes to renew, OtherRole,
    BadEnd, or what `move` raises.
    """
    if seen != story.shown_hash:
        raise EditedMeanwhile
    _still_theirs(story, now)
    newest = newest_answers(story.consents)
    kept = [scope for scope, record in newest.items() if record.granted and record.revision_hash == seen]
    if not kept:
        raise ConsentMissing
    source = _source(story, ASKED_UNTIL, proven_by, until)
    record_act(story, kept, Act.RENEW, source, organisation=organisation, given_at=now)
    renew_people(story, kept, source, organisation=organisation, given_at=now)
    if story.state is StoryState.RETIRED and Scope.WEB in grants(story, seen, now):
        move(story, Action.RESUME, now, STORYTELLER)


def shorten(story: Story, until: datetime, *, organisation: str, proven_by: str, now: datetime) -> None:
    """End every living yes earlier. Raises BadEnd for a day that has passed or is not earlier, ConsentMissing."""
    living = [
        record
        for record in newest_answers(story.consents).values()
        if record.granted and record.expires_at is not None and record.expires_at > now
    ]
    if not living:
        raise ConsentMissing
    if until <= now or all(record.expires_at is not None and until >= record.expires_at for record in living):
        raise BadEnd
    sooner = [record.scope for record in living if record.expires_at is not None and record.expires_at > until]
    source = _source(story, ASKED_UNTIL, proven_by, until)
    record_act(story, sooner, Act.RENEW, source, organisation=organisation, given_at=now)


def rename(story: Story, naming: Naming, name: str) -> None:
    """Show another name from now on, or none."""
    story.naming, story.display_name = naming, NAMELESS if naming is Naming.ANONYMOUS else name


def wait_until(story: Story, at: datetime | None) -> None:
    """Show nothing before `at`, or whenever the editors are ready."""
    story.not_before = at


def _source(
    story: Story,
    preamble: str,
    proven_by: str,
    until: datetime | None = None,
    parental_responsibility: bool | None = None,
    assent: Assent = Assent.NOT_ASKED,
) -> Source:
    return Source(
        method=Method.WEB,
        preamble=preamble,
        given_by=story.told_by,
        relation=story.relation,
        parental_responsibility=parental_responsibility,
        assent=assent,
        proven_by=proven_by,
        until=until,
    )


def _still_theirs(story: Story, now: datetime) -> None:
    """A guardian says no for a child at any time, but yes only until the child has grown up."""
    grown_up = story.of_age_at is not None and story.of_age_at <= now
    if grown_up and story.told_by is not GivenBy.SELF:
        raise OtherRole


def _apply(text: str, changes: list[StoryChange]) -> str:
    parts = [Change(one.start, one.before, one.after) for one in changes]
    return apply(text, parts, [bool(one.accepted) for one in changes])
