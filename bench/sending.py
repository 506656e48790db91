"""Messages a second through each transport: 20,000 subscribers, a real worker, the ledger on SQLite and PostgreSQL."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, func, select, text

from service.delivery.model import Batch
from service.delivery.status import issue_status
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.journeys.house import a_house, free_port, wait_for
from tests.servers import postgresql, valkey
from tests.standins.sendgrid import SendGridStandin

READERS = 20_000
LONGEST_SECONDS = 400


def sending_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """Each transport on each database: from the first post to the last record, by the ledger's own times."""
    with postgresql() as server:
        for name in ("sqlite", "postgresql"):
            for transport in ("outbox", "smtp", "sendgrid"):
                place = Path(tempfile.mkdtemp(dir=folder))
                url = f"sqlite:///{place / 'bench.sqlite3'}" if name == "sqlite" else _new_database(server, transport)
                with _settings(transport) as settings:
                    yield f"{transport} on {name}, messages/s", _rate(url, place, settings)


def _rate(url: str, folder: Path, settings: dict[str, str]) -> str:
    with valkey() as socket, a_house(url, socket, folder, LOG_LEVEL="ERROR", **settings) as house:
        newsletter = a_newsletter(house.services)
        confirmed_readers(house.services, newsletter, READERS)
        house.start("worker", "timer")
        issue_id = a_scheduled_issue(house.services, newsletter)

        def handed_over() -> int:
            with house.services.database.read() as session:
                return issue_status(session, issue_id).handed_over

        wait_for(lambda: handed_over() == READERS, seconds=LONGEST_SECONDS, what="everyone")
        with house.services.database.read() as session:
            began, ended = session.execute(select(func.min(Batch.posted_at), func.max(Batch.settled_at))).one()
        assert began is not None
        assert ended is not None
        return f"{READERS / (ended - began).total_seconds():,.0f}"


@contextmanager
def _settings(transport: str) -> Iterator[dict[str, str]]:
    if transport == "sendgrid":
        with SendGridStandin(api_key="SG.bench", keep="counts") as standin:
            yield {"MAIL_TRANSPORT": "sendgrid", "SENDGRID_API_KEY": "SG.bench", "SENDGRID_API_URL": standin.url}
    elif transport == "smtp":
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.standins.smtp", "--port", str(port)], stdout=subprocess.DEVNULL
        )
        try:
            yield {"MAIL_TRANSPORT": "smtp", "SMTP_URL": f"smtp://127.0.0.1:{port}?starttls=no"}
        finally:
            server.terminate()
            server.wait(10)
    else:
        yield {"MAIL_TRANSPORT": "outbox"}


def _new_database(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE bench_{name}"))
    engine.dispose()
    return engine.url.set(database=f"bench_{name}").render_as_string(hide_password=False)
