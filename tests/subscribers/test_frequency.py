"""Nobody can use our form to flood a mailbox, not even with Redis gone: these limits count rows."""

from datetime import datetime, timedelta

import pytest

from service.db import Database
from service.subscribers.actions import unsubscribe
from service.subscribers.confirming import confirm
from service.subscribers.model import UnsubscribeRoute
from tests.cast import ADA, MAL, NOW
from tests.subscribers.readers import TOKENS, a_newsletter, a_question, ada, owed, press

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def presses(database: Database, email: str, *moments: datetime) -> int:
    """How many mails so many presses cause."""
    for moment in moments:
        press(database, email, moment)
    return len(owed(database))


@pytest.mark.parametrize(
    ("after", "mails"),
    [
        ([0 * DAY, 0 * DAY, HOUR, 23 * HOUR], 1),
        ([0 * DAY, DAY], 2),
        ([n * DAY for n in range(30)], 3),
        ([0 * DAY, DAY, 2 * DAY, 30 * DAY], 4),
    ],
)
def test_a_confirmation_at_most_once_a_day_and_three_times_in_thirty(
    database: Database, after: list[timedelta], mails: int
) -> None:
    """The newest mail always works; more of them help nobody."""
    assert presses(database, MAL, *(NOW + late for late in after)) == mails


def test_already_on_the_list_at_most_once_in_thirty_days(database: Database) -> None:
    """Ada is not told every day."""
    ada(database)

    assert presses(database, ADA, NOW, NOW + DAY, NOW + 29 * DAY) == 1
    assert presses(database, ADA, NOW + 30 * DAY) == 2


def test_tags_do_not_make_more_mailboxes(database: Database) -> None:
    """A thousand tags of one address are one mailbox."""
    for number in range(5):
        press(database, f"mal+{number}@example.test")

    assert len(owed(database)) == 1


def test_each_newsletter_asks_for_itself(database: Database) -> None:
    """Who signs up for two gets two questions."""
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly", "Storywell weekly")
    press(database, MAL)
    press(database, MAL, newsletter_id=weekly)

    assert len(owed(database)) == 2


def test_who_left_and_changes_their_mind_is_asked_at_once(database: Database) -> None:
    """What was asked before the reader's last word does not count; what a stranger asks after it does."""
    press(database, MAL)
    with database.unit() as uow:
        confirm(uow, TOKENS, a_question(uow, 1), now=NOW + HOUR)
        unsubscribe(uow, 1, UnsubscribeRoute.PAGE, now=NOW + HOUR)
    press(database, MAL, NOW + 2 * HOUR)
    press(database, MAL, NOW + 3 * HOUR)

    assert [template for template, _ in owed(database)].count("confirm_subscription") == 2
