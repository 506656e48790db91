"""How fast mail may leave for one domain: places in a line that all workers share, reserved for a group at once.

A group asks once, for every limited domain of its people. Redis answers when the first of them may go; the others
follow at the domain's pace, and nobody is asked again while the group leaves. The line is never longer than what is
under way, so whoever stands in it waits and keeps the claim.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import cast

import redis

from service.mail.bulk import Group

KEY = "storywell:domain:"
SHARE_WITHOUT_REDIS = 0.25
"""Nobody can be asked, so a worker takes a quarter: slow is safe, and four workers still fit."""
EVERY_OTHER = "*"

_RESERVE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local waits = {}
for i, key in ipairs(KEYS) do
  local free = tonumber(redis.call('GET', key) or '0')
  if free < now then free = now end
  redis.call('SET', key, string.format('%.6f', free + ARGV[i]), 'EX', 86400)
  waits[i] = string.format('%.6f', free - now)
end
return waits
"""
"""Generic cell rate algorithm (ITU-T I.371): a key holds the instant at which the next place in its line is free."""


class DomainLimits:
    """SMTP_DOMAIN_LIMITS over all workers together. Safe to share between threads."""

    def __init__(self, url: str, limits: Mapping[str, float]) -> None:
        """`limits` maps domains, or `*` for every other one, to messages a second. Connects when first asked."""
        self._limits = limits
        line = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._reserve = line.register_script(_RESERVE)

    def reserve(self, addresses: Sequence[str]) -> list[float]:
        """Seconds from now at which each of the addresses may be written to."""
        domains = [domain_of(address) for address in addresses] if self._limits else []
        rates = {domain: rate for domain in domains if (rate := self._rate(domain))}
        if not rates:
            return [0.0] * len(addresses)
        lines = self._lines(Counter(domains), rates)
        return [self._place(lines, domain) for domain in domains]

    def in_turn(self, group: Group, clock: Callable[[], datetime]) -> Iterator[tuple[str, ...]]:
        """`Group.people`, whoever may go first before the others, and each when the time has come."""
        begun, slept = clock(), 0.0
        places = zip(self.reserve(group.addresses), group.people(), strict=True)
        for due, person in sorted(places, key=itemgetter(0)):
            if due > slept and (wait := due - max(slept, (clock() - begun).total_seconds())) > 0:
                time.sleep(wait)
                slept = due
            yield person

    def _rate(self, domain: str) -> float | None:
        return self._limits.get(domain, self._limits.get(EVERY_OTHER))

    def _lines(self, people: Counter[str], rates: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        """Domain -> (seconds until its first place, seconds between two places)."""
        keys, spans = [KEY + domain for domain in rates], [people[domain] / rates[domain] for domain in rates]
        try:
            waits = cast(list[bytes], self._reserve(keys=keys, args=spans))
        except redis.RedisError:
            gaps = {domain: 1 / (rate * SHARE_WITHOUT_REDIS) for domain, rate in rates.items()}
            return {domain: (gap, gap) for domain, gap in gaps.items()}
        return {domain: (float(wait), 1 / rates[domain]) for domain, wait in zip(rates, waits, strict=True)}

    @staticmethod
    def _place(lines: dict[str, tuple[float, float]], domain: str) -> float:
        """The next place in a domain's line, which is taken."""
        if domain not in lines:
            return 0.0
        place, gap = lines[domain]
        lines[domain] = (place + gap, gap)
        return place


def domain_of(address: str) -> str:
    """The part behind the @, in small letters."""
    return address.rpartition("@")[2].lower()
