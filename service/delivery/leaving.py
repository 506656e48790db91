"""When the readers of an issue get it: all at one instant, or each when the clocks of their own zone show its time.

An audience is cut into parts that leave together, so that every batch has one time of its own. A part is handed over
no earlier than the lead before it, so whoever unsubscribes until then is not in it. A canary takes the first places.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.delivery.audience import Leaving, Sample, audience, audience_size
from service.issues.errors import BadRule
from service.issues.model import Issue
from service.issues.schedule import wall_clock, wall_moment
from service.subscribers.model import Subscriber, Subscription

FEWEST_CANARIES = 20
STRETCHES = 20
"""A canary is taken from so many places all over the list, because readers who joined together are alike."""
FEWEST_TOGETHER = 5
"""Except that it is not cut into smaller batches than this."""
_ALL_HELD = Sample(stride=1 << 40, head=0, shift=0)


def leavings(session: Session, issue: Issue, lead: timedelta, now: datetime) -> list[Leaving]:
    """The parts of the audience, the earliest first; none for an issue that has no time.

    A part whose time for being handed over has come has no `not_before`. Without a lead nothing is given to the
    provider ahead of its time.
    """
    if issue.send_at is None:
        return []
    everybody = {(): (issue.send_at, _everybody(session, issue))}
    sizes = (_sizes(session, issue, issue.send_at) if issue.local_time else {}) or everybody
    canaries = _canaries(issue, sum(size for _, size in sizes.values()))
    parts = []
    for zones, (at, size) in sorted(sizes.items(), key=lambda item: item[1][0]):
        parts.append(
            Leaving(
                send_at=at if lead and at > now else None,
                not_before=at - lead if at - lead > now else None,
                zones=zones,
                sample=_sample(canaries, size, issue.id) if canaries is not None else None,
            )
        )
        canaries = None if canaries is None else max(0, canaries - size)
    return parts


def local_moment(at: datetime, zone: str, local: str) -> datetime:
    """When the clocks of `local` show what those of `zone` show at the instant `at`; `at` itself for no such zone."""
    wall = wall_clock(at, zone)
    try:
        return wall_moment(wall.date(), wall.time(), local)
    except BadRule:
        return at


def _sizes(session: Session, issue: Issue, send_at: datetime) -> Mapping[tuple[str, ...], tuple[datetime, int]]:
    """Zones that come to the time at the same instant -> that instant, and how many readers live there."""
    counted = session.execute(
        select(Subscriber.zone, func.count())
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(audience(session, issue))
        .group_by(Subscriber.zone)
    )
    together: dict[datetime, list[tuple[str, int]]] = defaultdict(list)
    for zone, count in counted:
        together[local_moment(send_at, issue.newsletter.zone, zone)].append((zone, count))
    return {
        tuple(sorted(zone for zone, _ in group)): (at, sum(count for _, count in group))
        for at, group in together.items()
    }


def _everybody(session: Session, issue: Issue) -> int:
    return audience_size(session, issue) if issue.canary_percent else 0


def _canaries(issue: Issue, audience: int) -> int | None:
    """How many go first; None when nobody waits for anybody."""
    if not issue.canary_percent:
        return None
    return max(FEWEST_CANARIES, -(-audience * issue.canary_percent // 100))


def _sample(canaries: int, size: int, issue_id: int) -> Sample | None:
    """Whom of a part of `size` readers the canary takes; None when it takes them all."""
    if canaries >= size:
        return None
    if not canaries:
        return _ALL_HELD
    stretches = max(1, min(STRETCHES, canaries // FEWEST_TOGETHER))
    stride = size // stretches
    return Sample(stride=stride, head=-(-canaries // stretches), shift=issue_id * 7919 % stride)
