"""What asks readers for money, and why it never stands beside somebody's death."""

import re

MEMORIAL = "memoriam"
"""The format of a story in memory of somebody."""

_DONATION = re.compile(r"(?i)\b(donat\w*|fund-?rais\w*|appeal|gift aid|give today|sponsor\w*)\b")


def asks_for_money(heading: str, words: str) -> bool:
    """Whether an item of our own words asks for money."""
    return _DONATION.search(f"{heading} {words}") is not None
