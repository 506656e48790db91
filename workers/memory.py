"""How often a worker looks for garbage that only the cycle collector finds."""

import gc

SELDOM = 20_000
"""New objects between two looks. Python's 700 make a thousand readers, none of which is ever part of a cycle, cost two
looks and a seventh of a worker's time; what a worker leaves in cycles is a few hundred bytes a batch."""


def settle_down() -> None:
    """What is loaded stays, so it is not looked at again; what comes and goes is looked at seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, 10, 10)
