"""Run the benchmarks and print one table. Figures of one run compare with each other, not with another machine's."""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.composing import composing_figures
from bench.events import events_figures
from bench.floor import floor_figures
from bench.group import group_figures
from bench.handover import handover_figures
from bench.importing import importing_figures
from bench.queue import queue_figures
from bench.sending import sending_figures
from bench.smtp import smtp_figures
from bench.web import web_figures

Figure = tuple[str, str]
BENCHES: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "group": group_figures,
    "web": web_figures,
    "sending": sending_figures,
    "handover": handover_figures,
    "floor": floor_figures,
    "queue": queue_figures,
    "smtp": smtp_figures,
    "events": events_figures,
    "import": importing_figures,
    "composing": composing_figures,
}


def main() -> None:
    """Run the named benchmarks, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="which to run; all when none is named")
    for name in parser.parse_args().names or BENCHES:
        with tempfile.TemporaryDirectory(prefix="storywell-bench-") as folder:
            for what, figure in BENCHES[name](Path(folder)):
                print(f"{name:9} {what:58} {figure}", flush=True)


if __name__ == "__main__":
    main()
