"""Recipients a second against the floor: the same SendGrid work in C, in turn with ours, same server, same sink."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import create_engine, text

from bench.handover import MANY, TIMES, Place, Run, median, new_database
from bench.sinks import NoPrograms, compiled, http_sink
from tests.servers import postgresql

PARTS = 2
CHUNK = 1000
_TABLES = f"""
CREATE TABLE subscribers (id bigint PRIMARY KEY, list_id int, status int, email text, name text);
INSERT INTO subscribers
  SELECT n, 1, 1, 'reader' || n || '@example.test', 'Reader ' || n FROM generate_series(1, {MANY}) n;
CREATE TABLE chunks (issue_id int, chunk_id int, lo bigint, hi bigint, state int, members bytea, n int,
  PRIMARY KEY (issue_id, chunk_id));
INSERT INTO chunks SELECT 42, n, n * {CHUNK} + 1, (n + 1) * {CHUNK}, 0, NULL, 0
  FROM generate_series(0, {MANY // CHUNK - 1}) n;
"""


def floor_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """Ours, the floor, and the ratio of their medians."""
    try:
        with postgresql() as server, http_sink(folder) as sink:
            floor = Floor(new_database(server, "floor"), folder, sink)
            place = Place(new_database(server, "ours"), folder / "ours", MANY)
            pairs = [(place.send(sink, workers=PARTS), floor.send()) for _ in range(TIMES)]
            ours, theirs = median([one for one, _ in pairs]), median([other for _, other in pairs])
            yield f"ours, {PARTS} workers, {MANY:,} people: recipients/s", str(ours)
            yield f"the floor in C, {PARTS} processes: recipients/s", str(theirs)
            yield "ratio", f"{theirs.seconds / ours.seconds:.2f} ({theirs.cpu / ours.cpu:.2f} by CPU)"
    except NoPrograms as reason:
        yield "not measured", str(reason)


class Floor:
    """The C program over tables of its own: a row for each request instead of one for each recipient."""

    def __init__(self, url: str, folder: Path, sink: str) -> None:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in _TABLES.split(";\n"):
                connection.execute(text(statement))
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()
        here = f"host={engine.url.query['host']} user={engine.url.username} dbname={engine.url.database}"
        changes = {"host=127.0.0.1 port=55432 user=perf dbname=perf": here, "18080": str(urlsplit(sink).port)}
        self._program = compiled("cfloor", folder, changes, ["-I/usr/include/postgresql", "-lpq", "-lcrypto"])

    def send(self) -> Run:
        """Everyone once, by so many processes; each says people, seconds and seconds of CPU."""
        commands = [[str(self._program), str(MANY), "1", str(part), str(PARTS)] for part in range(PARTS)]
        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
        said = [[float(word) for word in process.communicate()[0].split()] for process in processes]
        people, seconds, cpu = zip(*said, strict=True)
        return Run(people=int(sum(people)), seconds=max(seconds), cpu=sum(cpu), megabytes=0)
