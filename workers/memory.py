"""How often a worker looks for garbage that only the cycle collector finds."""

import gc

SELDOM = 20_000
"""New objects between two looks: some megabytes at most. With Python's 700, every thousand readers, none of whom is
ever part of a cycle, cost two looks, and all of them a seventh of a sending worker's time."""


def settle_down() -> None:
    """What is loaded stays, so it is not looked at again; what comes and goes is looked at seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, 10, 10)
