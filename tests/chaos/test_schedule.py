"""The schedule: a seed decides everything, and a few neighbouring seeds meet every point and every fault."""

from tests.chaos.orders import Fate, Order
from tests.chaos.points import AHEAD_POINTS, POINTS
from tests.chaos.schedule import COURSES, DECISIONS, EVENTS, HOUSE_FAULTS, MAIL_SERVER_FAULTS, PROVIDER_FAULTS, plan

MANY = [plan(seed, 20_000) for seed in range(1, 201)]


def test_the_same_seed_is_the_same_run() -> None:
    """A failure can be repeated by its seed alone."""
    assert [plan(seed, 20_000) for seed in range(1, 26)] == MANY[:25]


def test_every_point_is_met_by_death_and_by_sleep() -> None:
    """Random kills do not find what pauses at named points do, so no point is left to luck."""
    met = {(order.point, order.fate is Fate.KILL) for one in MANY for order in one.orders}

    assert met == {(point, killed) for point in POINTS + AHEAD_POINTS for killed in (True, False)}


def test_every_fault_is_met() -> None:
    """Of the house, of the provider and of its events; and on both databases wherever it can be."""
    happened = {(happening.what, one.database) for one in MANY for happening in one.happenings}

    assert {what for what, _ in happened} == HOUSE_FAULTS.keys() | DECISIONS.keys()
    assert {what for what, database in happened if database == "sqlite"} >= {
        what for what, where in (HOUSE_FAULTS | DECISIONS).items() if where == "both"
    }
    assert {one.provider for one in MANY if one.transport == "sendgrid"} == set(PROVIDER_FAULTS)
    assert {one.provider for one in MANY if one.transport == "smtp"} == set(MAIL_SERVER_FAULTS)
    assert {one.events for one in MANY if one.transport == "sendgrid"} == set(EVENTS)


def test_every_course_is_met_by_every_decision() -> None:
    """However an issue leaves, people stop it, send again, let go, write to the rest, leave in crowds."""
    met = {(one.course, what) for one in MANY for what in one.has & DECISIONS.keys()}

    assert met == {(course, what) for course in COURSES for what in DECISIONS}


def test_orders_survive_the_way_into_a_process() -> None:
    """They travel as text in its environment."""
    orders = [Order("wire:most", 3, Fate.STOP), Order("start:after", 1, Fate.KILL)]

    assert Order.read(Order.write(orders)) == orders
