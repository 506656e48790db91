"""What somebody has had, as bits: right for any number of stories, in statements that years do not lengthen."""

import random

import pytest
from sqlalchemy import BigInteger, literal, select

from service.bootstrap import Services
from service.db import Database
from service.delivery.audience import Copy, keyed_readers, reads
from service.delivery.crowds import Crowd
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus, ShownStory, Variant
from service.delivery.tellings import STORIES_IN_A_NUMBER, Had, Tellings, had_by_each, tellings_of
from service.subscribers.model import Subscription
from tests.cast import NOW
from tests.issues.paper import a_story

MANY = STORIES_IN_A_NUMBER + 2


def test_bits_are_asked_as_sets_would_be(database: Database) -> None:
    """All of `had` and none of `fresh`, whichever number a story's bit is in; a story nobody was told is fresh."""
    dice, stories = random.Random(5), range(1, 2 * MANY)
    cases = [
        (*(frozenset(dice.sample(stories, dice.randrange(5))) for _ in range(2)), frozenset(dice.sample(stories, 90)))
        for _ in range(150)
    ]
    truth = [had <= has and not fresh & has for had, fresh, has in cases]

    with database.read() as session:
        for (had, fresh, has), so in zip(cases, truth, strict=True):
            known = Had(stories, [literal(number, BigInteger) for number in numbers(stories, has)])
            assert session.scalar(select(known.all_of(had, fresh))) == so
            assert known.read(numbers(stories, has)) == has
        assert not session.scalar(select(known.all_of([999], [])))
        assert session.scalar(select(known.all_of([], [999])))
    assert {True, False} == set(truth)


def numbers(stories: range, has: frozenset[int]) -> list[int]:
    """The bits of `has`, made in another way than the module does."""
    bits = "".join("1" if story in has else "0" for story in stories)
    parts = [bits[at : at + STORIES_IN_A_NUMBER] for at in range(0, len(bits), STORIES_IN_A_NUMBER)]
    return [int(part[::-1], 2) for part in parts]


@pytest.fixture
def told(services: Services, started: int, readers: list[int]) -> list[int]:
    """An issue that showed more stories than one number holds: the first reader has it, the second refused it."""
    with services.database.unit() as uow:
        stories = [a_story(uow.session, f"tale-{n}").id for n in range(MANY)]
        copy = Variant(issue_id=started, key="x", lang="en", subject="", text="", html="", created_at=NOW)
        uow.session.add(copy)
        uow.session.flush()
        batch = Batch(
            issue_id=started, variant_id=copy.id, reader_key="x", cut=1, first_subscriber=readers[0],
            last_subscriber=readers[1], status=BatchStatus.HANDED_OVER,
        )  # fmt: skip
        uow.session.add_all(
            [batch, *(ShownStory(story_id=one, variant_id=copy.id, issue_id=started) for one in stories)]
        )
        uow.session.flush()
        for reader, status in ((readers[0], DeliveryStatus.BATCH), (readers[1], DeliveryStatus.REJECTED)):
            uow.session.add(Delivery(issue_id=started, subscriber_id=reader, batch_id=batch.id, status=status))
    return stories


def test_the_ledger_tells_who_has_had_what(services: Services, told: list[int], readers: list[int]) -> None:
    """Every story of the copy that was sent, and of a refused one none; of the others nothing is known."""
    with services.database.read() as session:
        tellings = tellings_of(session, 0, told)
        had = had_by_each(tellings)
        rows = session.execute(select(Subscription.subscriber_id, *had.numbers)).all()

    assert len(had.numbers) == 2
    found = {reader: had.read(values) for reader, *values in rows}
    assert found[readers[0]] == set(told)
    assert not any(found[reader] for reader in readers[1:])


def test_an_issue_does_not_ask_about_itself(services: Services, told: list[int], started: int) -> None:
    """What it shows is no reason to leave somebody out of it."""
    with services.database.read() as session:
        assert tellings_of(session, started, told) == {}


def test_whoever_has_had_a_story_does_not_read_it_again(
    services: Services, told: list[int], readers: list[int]
) -> None:
    """The condition of the last moment, and the key of the cut, say the same."""
    copy = Copy("default", 1, (Crowd(cadences=("each",), readings=("",)),), (told[-1],))
    with services.database.read() as session:
        tellings = tellings_of(session, 0, told)
        sendable = Subscription.sendable.is_(True)
        keyed = [keyed_readers([copy], tellings, sendable, most=most) for most in (True, False)]
        at_the_cut, of_the_rest = (
            set(session.scalars(select(each.c.subscriber).where(each.c.reader_key == "default"))) for each in keyed
        )
        at_last = session.scalars(
            select(Subscription.subscriber_id).join(Subscription.subscriber).where(sendable, reads(copy, tellings))
        )

        assert at_the_cut == of_the_rest == set(at_last) == set(readers[1:])


def test_years_of_issues_do_not_lengthen_a_statement() -> None:
    """The ledger is named once however many crowds ask, and in the same words however many issues showed a story."""
    stories = range(1, 40)
    crowds = tuple(
        Crowd(cadences=("each",), readings=(f"profile{n}",), had=(n,), fresh=tuple(range(n + 1, 40)))
        for n in range(1, 30)
    )
    copies = [Copy(str(n), n, crowds, (n,)) for n in range(1, 30)]

    young, old = (words(copies[0], {story: range(issues) for story in stories}) for issues in (1, 500))
    assert young == old
    cut = str(keyed_readers(copies, {story: [1] for story in stories}, Subscription.sendable.is_(True)))
    ledger = "deliveries.subscriber_id ="
    assert young.count(ledger) == cut.count(ledger) == 1


def words(copy: Copy, tellings: Tellings) -> str:
    """The statement that finds the readers of a copy, before its values are put in."""
    return str(select(Subscription.id).join(Subscription.subscriber).where(reads(copy, tellings)))
