"""The table of a story's life: what is in it is possible, what is not in it is refused."""

from itertools import product

import pytest

from service.stories.errors import ConsentMissing, NotFromHere
from service.stories.model import Scope, Story, StoryState
from service.stories.workflow import TRANSITIONS, Action, move, possible
from tests.cast import NOW
from tests.stories.tales import a_revision, an_answer

TABLE = {(source, line.action): line.target for line in TRANSITIONS for source in line.sources}


def a_story(state: StoryState, *, agreed: bool = True) -> Story:
    """A story in a state, its words shown, with a yes or a no for the website."""
    story = Story(slug="one", state=state, created_at=NOW)
    words = a_revision()
    story.revisions.append(words)
    story.shown_hash = words.hash
    story.consents.append(an_answer(Scope.WEB, words, granted=agreed))
    return story


def test_each_pair_of_state_and_action_has_one_line() -> None:
    """No two lines contradict each other."""
    assert len(TABLE) == sum(len(line.sources) for line in TRANSITIONS)


@pytest.mark.parametrize(("state", "action"), list(product(StoryState, Action)))
def test_the_table_is_all_there_is(state: StoryState, action: Action) -> None:
    """In the table: done. Not in the table: refused, and the story stays as it was."""
    story = a_story(state)

    if (state, action) in TABLE:
        move(story, action, NOW)
        assert story.state is TABLE[state, action]
    else:
        with pytest.raises(NotFromHere):
            move(story, action, NOW)
        assert story.state is state
    assert (action in possible(state)) is ((state, action) in TABLE)


@pytest.mark.parametrize(
    ("state", "action"), [(s, a) for (s, a), target in TABLE.items() if target is StoryState.PUBLISHED]
)
def test_nothing_becomes_public_without_a_yes(state: StoryState, action: Action) -> None:
    """Every line that leads from elsewhere to published asks for consent first."""
    story = a_story(state, agreed=False)

    if state is not StoryState.PUBLISHED or action is Action.PUBLISH:
        with pytest.raises(ConsentMissing):
            move(story, action, NOW)
        assert story.state is state


@pytest.mark.parametrize("state", [StoryState.WITHDRAWN, StoryState.ERASED, StoryState.DECLINED])
def test_some_states_are_the_end(state: StoryState) -> None:
    """What was taken back or declined does not come back by this road."""
    assert possible(state) == frozenset()


def test_silence_moves_nothing() -> None:
    """No action in the table is done by time."""
    assert set(Action) == {line.action for line in TRANSITIONS}
    assert not {"expire", "auto_approve", "time_out"} & set(Action)
