"""The table of a story's life: what is in it is possible, what is not is refused, and each guard says no alone."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from service.stories import errors
from service.stories.guards import TIMER
from service.stories.model import (
    HoldKind,
    Scope,
    Story,
    StoryChange,
    StoryHold,
    StoryPhoto,
    StoryPhotoPerson,
    StoryState,
)
from service.stories.workflow import TRANSITIONS, Action, move, possible
from tests.cast import NOW
from tests.stories.tales import a_revision, an_answer

TABLE = {(source, line.action): line.target for line in TRANSITIONS for source in line.sources}
HOUR = timedelta(hours=1)


def a_story(state: StoryState, action: Action | None = None) -> Story:
    """A story in a state, its words shown; with a yes for the website, unless it is to be retired."""
    story = Story(slug="one", state=state, created_at=NOW)
    words = a_revision()
    story.revisions.append(words)
    story.shown_hash = words.hash
    if state is StoryState.HIDDEN:
        story.hidden_from = StoryState.PUBLISHED
    story.consents.append(an_answer(Scope.WEB, words, granted=action is not Action.RETIRE))
    return story


def test_each_pair_of_state_and_action_has_one_line() -> None:
    """No two lines contradict each other."""
    assert len(TABLE) == sum(len(line.sources) for line in TRANSITIONS)


@pytest.mark.parametrize(("state", "action"), list(product(StoryState, Action)))
def test_the_table_is_all_there_is(state: StoryState, action: Action) -> None:
    """In the table: done, and a step is noted. Not in the table: refused, and the story stays as it was."""
    story = a_story(state, action)

    if (state, action) in TABLE:
        move(story, action, NOW, "editor:1")
        stays = StoryState.PUBLISHED if action is Action.RESUME else state
        assert story.state is (TABLE[state, action] or stays)
        assert [(step.source, step.target, step.by) for step in story.steps] == [(state, story.state, "editor:1")]
    else:
        with pytest.raises(errors.NotFromHere):
            move(story, action, NOW)
        assert (story.state, story.steps) == (state, [])
    assert (action in possible(state)) is ((state, action) in TABLE)


def no_yes(story: Story) -> None:
    """Its teller said no."""
    story.consents.append(an_answer(Scope.WEB, story.words, granted=False))


def held(story: Story) -> None:
    """A case is open."""
    story.holds.append(StoryHold(kind=HoldKind.EDITOR, opened_at=NOW, opened_by="editor:1"))


def unchecked(story: Story) -> None:
    """Other words were signed off."""
    story.needs_fact_check, story.fact_checked_hash = True, "other"


def early(story: Story) -> None:
    """Its teller asked us to wait."""
    story.not_before = NOW + HOUR


def thinking(story: Story) -> None:
    """The day to think again is not over."""
    story.cool_off_until = NOW + HOUR


def unasked(story: Story) -> None:
    """Nobody asked the sister on the photo."""
    photo = StoryPhoto(asset_key="us", created_at=NOW)
    photo.people.append(StoryPhotoPerson(who="my sister", created_at=NOW))
    story.photos.append(photo)


@pytest.mark.parametrize(
    ("trouble", "refusal"),
    [
        (no_yes, errors.ConsentMissing),
        (held, errors.HeldBack),
        (unchecked, errors.FactCheckMissing),
        (early, errors.TooEarly),
        (thinking, errors.TooEarly),
        (unasked, errors.PhotoConsentMissing),
    ],
)
@pytest.mark.parametrize("state", [state for state, action in TABLE if action is Action.PUBLISH])
def test_nothing_is_published_against_a_guard(
    state: StoryState, trouble: Callable[[Story], None], refusal: type[Exception]
) -> None:
    """From every state that leads to publication, each thing that is missing is enough to refuse."""
    story = a_story(state)
    trouble(story)

    with pytest.raises(refusal):
        move(story, Action.PUBLISH, NOW)
    assert story.state is state


@pytest.mark.parametrize("state", [state for state, action in TABLE if action is Action.APPROVE])
def test_silence_approves_nothing(state: StoryState) -> None:
    """The timer is no person (I2)."""
    with pytest.raises(errors.NotFromHere):
        move(a_story(state), Action.APPROVE, NOW, TIMER)


def test_an_open_change_is_no_yes() -> None:
    """Approval waits until each change has its answer."""
    story = a_story(StoryState.WITH_STORYTELLER)
    story.changes.append(
        StoryChange(
            base_hash="", proposed_hash=story.words.hash, field="body", start=0, before="", after="x", reason="r"
        )
    )

    with pytest.raises(errors.ChangesUndecided):
        move(story, Action.APPROVE, NOW, "storyteller")


@pytest.mark.parametrize(("hider", "other"), [("storyteller", "editor:1"), ("editor:1", "storyteller")])
def test_who_hid_it_brings_it_back(hider: str, other: str) -> None:
    """An editor does not show what its teller hid, nor the other way round; not by publishing either."""
    story = a_story(StoryState.PUBLISHED)
    move(story, Action.HIDE, NOW, hider)

    with pytest.raises(errors.HiddenByAnother):
        move(story, Action.RESUME, NOW, other)
    with pytest.raises(errors.HiddenByAnother):
        move(story, Action.PUBLISH, NOW, other)
    move(story, Action.RESUME, NOW, hider)
    assert story.state is StoryState.PUBLISHED


def test_hiding_early_goes_back_to_where_it_was() -> None:
    """A teller may ask us to stop before anything is public."""
    story = a_story(StoryState.WITH_STORYTELLER)
    move(story, Action.HIDE, NOW, "storyteller")
    with pytest.raises(errors.NotFromHere):
        move(story, Action.EDIT, NOW, "editor:1")

    move(story, Action.RESUME, NOW, "storyteller")
    assert (story.state, story.hidden_from, story.hidden_by) == (StoryState.WITH_STORYTELLER, None, "")


def test_what_was_erased_is_the_end() -> None:
    """And what was taken back can only be erased."""
    assert possible(StoryState.ERASED) == frozenset()
    assert possible(StoryState.WITHDRAWN) == {Action.ERASE}
