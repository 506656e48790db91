"""`make chaos RUNS=n SEED=s`: so many runs, one line each, and a table of what came of them."""

import argparse
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.run import Result, run
from tests.chaos.schedule import DATABASES, Plan, plan
from tests.chaos.servers import Servers, servers
from tests.chaos.verdict import Verdict

HEAD = ("runs", "people", "missed", "twice", "unknown: ledger", "log", "finished")
WIDTHS = (6, 10, 8, 7, 17, 8, 10)


def main() -> int:
    """Run them; 1 when one of them went wrong."""
    asked = _asked()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the servers are stopped, however this ends
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory(prefix="storywell-chaos-") as folder,
        servers(Path(folder)) as ours,
    ):
        for seed in range(asked.seed, asked.seed + asked.runs):
            result = _run(plan(seed, asked.recipients, asked.database), ours)
            results.append(result)
            say(line(result))
            if asked.tell or not result.verdict.good:
                say(story(result))
    say(table(results))
    return int(not all(result.verdict.good for result in results))


def _run(its: Plan, ours: Servers) -> Result:
    """One run. A fault of the harness counts as a run that went wrong, and the next one comes."""
    try:
        return run(its, ours)
    except Exception:  # whatever it was, it is told with the seed
        return Result(its, Verdict(its.recipients, wrongs=traceback.format_exc().splitlines()), [])


def line(result: Result) -> str:
    """One run in one line."""
    found, its = result.verdict, result.plan
    return (
        f"seed {its.seed:<5} {its.database:<10} people {found.people} accepted {found.accepted} "
        f"missed {len(found.missed)} twice {len(found.twice)} "
        f"unknown {len(found.unknown)}/{len(found.unknown_by_log)} "
        f"{'finished' if found.finished else 'NOT FINISHED'} {found.seconds:.1f} s  [{its.faults}]"
    )


def story(result: Result) -> str:
    """What a person needs to understand a run that went wrong."""
    again = f"again: python -m tests.chaos --runs 1 --seed {result.plan.seed} --recipients {result.plan.asked}"
    return "\n".join(f"    {one}" for one in [*result.verdict.wrongs, *result.story, again])


def table(results: list[Result]) -> str:
    """All runs by database, and by every kind of thing that happened in them."""
    rows = ["", _row("", HEAD)]
    for name in (*DATABASES, "all"):
        rows.append(_row(name, _sums([one for one in results if name in {one.plan.database, "all"}])))
    rows += ["", _row("of these, with", HEAD)]
    kinds = {one.plan.seed: kinds_of(one) for one in results}
    for kind in sorted(set().union(*kinds.values())):
        rows.append(_row(kind, _sums([one for one in results if kind in kinds[one.plan.seed]])))
    wrong = [str(result.plan.seed) for result in results if not result.verdict.good]
    return "\n".join([*rows, f"wrong: seeds {', '.join(wrong)}" if wrong else "nothing wrong"])


def kinds_of(result: Result) -> set[str]:
    """What happened in a run, in the words of the schedule; a point stands for all its passings."""
    its, full = result.plan, "tmpfs" if result.disk_is_real else "page limit"
    happened = {f"{what} ({full})" if what == "disk full" else what for what in its.has}
    orders = {f"{order.fate} at {order.point}" for order in its.orders}
    moods = {f"leaves: {its.course}", f"{its.transport}: {its.provider}"} | ({f"events: {its.events}"} - {"events: "})
    return happened | orders | moods


def _sums(results: list[Result]) -> tuple[int, ...]:
    found = [result.verdict for result in results]
    return (
        len(found), sum(one.people for one in found), sum(len(one.missed) for one in found),
        sum(len(one.twice) for one in found), sum(len(one.unknown) for one in found),
        sum(len(one.unknown_by_log) for one in found), sum(one.finished for one in found),
    )  # fmt: skip


def _row(name: str, cells: Sequence[object]) -> str:
    return f"{name:<30}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))


def say(words: str) -> None:
    """To standard output, at once."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the next has the next")
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--tell", action="store_true", help="the story of every run, not only of those that went wrong")
    asked = parser.parse_args()
    asked.database = tuple(asked.database or DATABASES)
    return asked


if __name__ == "__main__":
    sys.exit(main())
