"""One agreement's life: the table, the times, and what a yes or no does to it."""

from datetime import timedelta
from itertools import product

import pytest

from service.stories.agreements import TURNS, Standing, act_of, after, standing
from service.stories.errors import NotFromHere
from service.stories.model import Act, Scope, StoryConsent
from tests.cast import NOW
from tests.stories.tales import a_revision, an_answer

TABLE = {(source, turn.act): turn.target for turn in TURNS for source in turn.sources}
DAY = timedelta(days=1)
WORDS = a_revision()


def records(*acts: Act) -> list[StoryConsent]:
    """A history."""
    found = [an_answer(Scope.WEB, WORDS, granted=act in {Act.GIVE, Act.RENEW}) for act in acts]
    for record, act in zip(found, acts, strict=True):
        record.act = act
        record.expires_at = NOW + 730 * DAY if record.granted else None
    return found


@pytest.mark.parametrize(("source", "act"), list(product(Standing, Act)))
def test_the_table_is_all_there_is(source: Standing, act: Act) -> None:
    """What is not in it is refused; withdrawn is the end."""
    if (source, act) in TABLE:
        assert after(source, act) is TABLE[source, act]
        assert source is not Standing.WITHDRAWN
    else:
        with pytest.raises(NotFromHere):
            after(source, act)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ((), Standing.REQUESTED),
        ((Act.GIVE,), Standing.ACTIVE),
        ((Act.DECLINE,), Standing.DECLINED),
        ((Act.DECLINE, Act.GIVE), Standing.ACTIVE),
        ((Act.GIVE, Act.NARROW), Standing.NARROWED),
        ((Act.GIVE, Act.VOID, Act.GIVE), Standing.ACTIVE),
        ((Act.GIVE, Act.RENEW, Act.WITHDRAW), Standing.WITHDRAWN),
    ],
)
def test_standing_follows_from_the_acts(acts: tuple[Act, ...], expected: Standing) -> None:
    """A real, recorded no is a state of its own."""
    assert standing(records(*acts), NOW) is expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(669, Standing.ACTIVE), (670, Standing.EXPIRING), (729, Standing.EXPIRING), (730, Standing.EXPIRED)],
)
def test_a_yes_runs_out(days: int, expected: Standing) -> None:
    """It is expiring for its last sixty days, and over at the instant it ends."""
    assert standing(records(Act.GIVE), NOW + days * DAY) is expected


def test_the_same_answer_does_different_things() -> None:
    """A yes gives or renews, a no declines or narrows, by what was agreed before and to which words."""
    before = records(Act.GIVE)

    assert act_of(True, [], WORDS.hash) is Act.GIVE
    assert act_of(True, before, WORDS.hash) is Act.RENEW
    assert act_of(True, before, "other words") is Act.GIVE
    assert (act_of(False, [], WORDS.hash), act_of(False, before, WORDS.hash)) == (Act.DECLINE, Act.NARROW)
