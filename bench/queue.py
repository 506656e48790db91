"""Through Celery against without, what an issue costs the queue, and how soon the first mail is out."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import redis
from sqlalchemy import func, select

from bench.handover import Place, new_database
from bench.sinks import NoPrograms, http_sink, taken
from service.cli.parts import worker_command
from service.cli.run import TUNED
from service.delivery.model import Batch
from service.delivery.start import start
from service.delivery.status import issue_status
from tests.journeys.content import a_scheduled_issue
from tests.journeys.house import wait_for
from tests.servers import postgresql, valkey

TIMES = 5
PEOPLE = 100_000
WORKERS = 2
LONGEST_SECONDS = 60


def queue_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """With and without in turn, on PostgreSQL."""
    try:
        with postgresql() as server, valkey() as socket, http_sink(folder) as sink:
            url, broker = new_database(server, "queue"), f"unix://{socket}"
            place = Place(url, folder / "queue", PEOPLE, REDIS_URL=broker, WORKER_THREADS="1")
            queue = Queue(place, sink, socket)
            with queue.workers():
                queue.send()
            without, through = [], []
            for _ in range(TIMES):
                without.append(place.send(sink, workers=WORKERS).seconds)
                with queue.workers():
                    through.append(queue.send())
            yield "through Celery: recipients/s", f"{PEOPLE / median(through):,.0f}"
            yield "through Celery against without", f"{median(without) / median(through):.2f}"
            yield f"tasks an issue, {WORKERS} workers", str(queue.tasks)
            with queue.workers():
                yield f"first mail after 'send now', {PEOPLE:,} people: s", f"{queue.first_mail():.2f}"
    except NoPrograms as reason:
        yield "not measured", str(reason)


class Queue:
    """Real workers over the database of a place, told by Valkey what to do."""

    def __init__(self, place: Place, sink: str, socket: str) -> None:
        self._place, self._sink = place, sink
        self._broker: Any = redis.Redis(unix_socket_path=socket)
        self.tasks = 0
        """Messages put into the queue for the last issue."""

    @contextmanager
    def workers(self) -> Iterator[None]:
        """So many of them, ready."""
        environment = os.environ | self._place.environment | {"SENDGRID_API_URL": self._sink} | TUNED
        processes = [
            subprocess.Popen(worker_command(), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(WORKERS)
        ]
        try:
            wait_for(lambda: self._listening() >= WORKERS, what="the workers")
            yield
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)

    def send(self) -> float:
        """One issue; seconds from the commit that starts it to the last record."""
        with self._place.services(self._sink) as services:
            issue_id = a_scheduled_issue(services, self._place.newsletter, period=self._place.next_period())
            before = self._pushed()
            with services.database.unit() as uow:
                assert start(uow, issue_id, services.head, batch_size=1000, slots=WORKERS, now=services.clock())
                uow.session.flush()
                began = services.clock()

            def handed_over() -> bool:
                with services.database.read() as session:
                    return issue_status(session, issue_id).handed_over == PEOPLE

            time.sleep(2)
            wait_for(handed_over, what="everyone")
            self.tasks = self._pushed() - before
            with services.database.read() as session:
                ended = session.scalar(select(func.max(Batch.settled_at)).where(Batch.issue_id == issue_id))
            assert ended is not None
            return float((ended - began).total_seconds())

    def first_mail(self) -> float:
        """Seconds from the commit of the decision to the first request that the provider has taken."""
        with self._place.services(self._sink) as services:
            issue_id = a_scheduled_issue(services, self._place.newsletter, period=self._place.next_period())
            had = taken(self._sink)
            began = time.monotonic()
            with services.database.unit() as uow:
                uow.enqueue("delivery.start", issue_id)
            while taken(self._sink) == had:
                if time.monotonic() - began > LONGEST_SECONDS:
                    raise NoPrograms("no mail came")
                time.sleep(0.002)
            return time.monotonic() - began

    def _listening(self) -> int:
        clients = self._broker.client_list()
        return sum(client["cmd"] == "brpop" for client in clients)

    def _pushed(self) -> int:
        return int(self._broker.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))
