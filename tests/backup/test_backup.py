"""A backup holds everything, goes to either database, and never brings back who is gone."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, text

from service.backup import restoring
from service.backup.errors import BackupRefused
from service.backup.manifest import Manifest
from service.backup.restoring import Restored, restore
from service.backup.writing import make_backup
from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.db import Base, Database, SilentDoorbell
from service.subscribers.actions import suppress, unsubscribe
from service.subscribers.erasure import erase, replay_journal
from service.subscribers.model import Subscriber, Subscription, SuppressionReason, UnsubscribeRoute
from service.subscribers.suppression import is_suppressed
from service.tokens import Tokens
from service.tombstones import ErasureJournal, read_journal
from tests.cast import ADA, BEN, MAL, NOW
from tests.conftest import TEST_SECRET, make_tables
from tests.subscribers.readers import TOKENS, a_newsletter, ada, ben

HOUR = timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A second database with empty tables, of each kind in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    else:
        first = create_engine(request.getfixturevalue("postgres_url"), isolation_level="AUTOCOMMIT")
        with first.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS storywell_other WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE storywell_other"))
        first.dispose()
        url = first.url.set(database="storywell_other").render_as_string(hide_password=False)
    make_tables(url)
    database = Database(url, SilentDoorbell(), pool_size=2)
    yield database
    database.close()


@pytest.fixture
def kept(tmp_path: Path, database: Database) -> Path:
    """The journal of `database`, and where it lies."""
    path = tmp_path / "var" / "erasures.jsonl"
    database._journal = ErasureJournal(path)
    return path


def backed_up(database: Database, folder: Path, name: str = "backup.tar.gz") -> Path:
    """The file of a backup."""
    make_backup(database, folder / name, folder / "media", now=NOW)
    return folder / name


def restored(database: Database, file: Path, journal: Path | None = None, *, replace: bool = False) -> Restored:
    """Restore it."""
    stones = list(read_journal(journal)) if journal else []
    replays = [lambda uow, stones, now: replay_journal(uow, TOKENS, stones, now=now)]
    return restore(
        database, file, file.parent / "media-again", tombstones=stones, replays=replays, now=NOW + HOUR, replace=replace
    )


def comparable(row: Any) -> str:
    """A row in words; PostgreSQL sorts the names in a JSON value."""
    return json.dumps(list(row), default=str, sort_keys=True)


def stored(engine: Engine) -> dict[str, list[Any]]:
    """Every row of every table, in words that both databases share."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(comparable, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
        }


def emails(database: Database) -> set[str]:
    """Who is there."""
    with database.read() as session:
        return set(session.scalars(select(Subscriber.email)))


def test_everything_comes_back_on_either_database(services: Services, other: Database, tmp_path: Path) -> None:
    """The demo content, row for row, from each kind to each kind."""
    seed_demo(services)
    services.vault.guard(other.engine)
    done = restored(other, backed_up(services.database, tmp_path))

    before, after = stored(services.database.engine), stored(other.engine)
    assert after == before
    assert done.rows == sum(len(rows) for rows in before.values()) > 100


def test_pictures_are_in_it(database: Database, other: Database, tmp_path: Path) -> None:
    """With their folders."""
    picture = tmp_path / "media" / "ab" / "abc-320.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\xff\xd8picture")
    done = restored(other, backed_up(database, tmp_path))

    assert done.pictures == 1
    assert (tmp_path / "media-again" / "ab" / "abc-320.jpg").read_bytes() == b"\xff\xd8picture"


def test_the_drill(database: Database, kept: Path, tmp_path: Path) -> None:
    """Back up, erase Ada, restore: Ada is still erased and suppressed, and Ben is there."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    place = ada(database)
    ben(database)
    file = backed_up(database, tmp_path)
    with database.unit() as uow:
        erase(uow, TOKENS, place, never_again=True, now=NOW + HOUR)
    done = restored(database, file, kept, replace=True)

    assert emails(database) == {BEN}
    assert done.erased_again == 1
    with database.read() as session:
        assert is_suppressed(session, TOKENS, ADA, NOW + HOUR)


def test_a_suppression_made_since_survives(database: Database, kept: Path, tmp_path: Path) -> None:
    """Of somebody in the backup, who is taken off the list again, and of somebody unknown."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    place = ada(database)
    file = backed_up(database, tmp_path)
    with database.unit() as uow:
        for email in (ADA, MAL):
            suppress(uow, email, SuppressionReason.COMPLAINT, tokens=TOKENS, now=NOW + HOUR)
    restored(database, file, kept, replace=True)

    with database.read() as session:
        assert all(is_suppressed(session, TOKENS, email, NOW + HOUR) for email in (ADA, MAL))
        assert not session.get_one(Subscription, place).sendable


def test_who_unsubscribed_since_stays_off_the_list(database: Database, kept: Path, tmp_path: Path) -> None:
    """And who signed up again after that stays on it."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    place = ada(database)
    file = backed_up(database, tmp_path)
    with database.unit() as uow:
        unsubscribe(uow, place, UnsubscribeRoute.ONE_CLICK, now=NOW + HOUR)
    restored(database, file, kept, replace=True)

    with database.read() as session:
        left = session.get_one(Subscription, place)
        assert (left.status.value, left.unsubscribed_at, left.sendable) == ("unsubscribed", NOW + HOUR, False)

    with database.unit() as uow:
        uow.session.get_one(Subscription, place).start(NOW + 2 * HOUR)
    restored(database, backed_up(database, tmp_path, "later.tar.gz"), kept, replace=True)
    with database.read() as session:
        assert session.get_one(Subscription, place).sendable


def test_who_came_back_after_an_erasure_stays(database: Database, kept: Path, tmp_path: Path) -> None:
    """Their new consent is newer than the tombstone."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    place = ada(database)
    with database.unit() as uow:
        erase(uow, TOKENS, place, now=NOW - HOUR)
    ada(database)
    restored(database, backed_up(database, tmp_path), kept, replace=True)

    assert emails(database) == {ADA}


def test_a_journal_of_a_rotated_key_still_counts(database: Database, kept: Path, tmp_path: Path) -> None:
    """The old key verifies for as long as it is listed."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    place = ada(database)
    file = backed_up(database, tmp_path)
    with database.unit() as uow:
        erase(uow, TOKENS, place, now=NOW + HOUR)
    rotated = Tokens((b"a-newer-secret-that-only-the-tests-know-012345", TEST_SECRET.encode()))
    replays = [lambda uow, stones, now: replay_journal(uow, rotated, stones, now=now)]
    restore(database, file, tmp_path, tombstones=list(read_journal(kept)), replays=replays, now=NOW, replace=True)

    assert emails(database) == set()


def test_the_journal_names_nobody(database: Database, kept: Path) -> None:
    """Hashes only."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    place = ada(database)
    with database.unit() as uow:
        erase(uow, TOKENS, place, never_again=True, now=NOW)

    assert "ada" not in kept.read_text().lower()
    assert [json.loads(line)["kind"] for line in kept.read_text().splitlines()] == ["subscriber", "suppression"]


def test_ids_in_old_mails_never_come_back(database: Database, other: Database, tmp_path: Path) -> None:
    """A link that was mailed after the backup must not open somebody else's page."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    ada(database)
    restored(other, backed_up(database, tmp_path))

    assert ben(other) > 1_000_000


def test_numbering_goes_on(database: Database, other: Database, tmp_path: Path) -> None:
    """New rows find a free id."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    restored(other, backed_up(database, tmp_path))
    with other.unit() as uow:
        second = a_newsletter(uow.session, "weekly")

    assert second == 2


def test_a_full_database_is_left_alone(database: Database, tmp_path: Path) -> None:
    """Unless somebody says that it may go."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    ada(database)
    file = backed_up(database, tmp_path)
    ben(database)
    with pytest.raises(BackupRefused, match=r"^The database is not empty .* --replace deletes"):
        restored(database, file)

    assert emails(database) == {ADA, BEN}
    restored(database, file, replace=True)
    assert emails(database) == {ADA}


def test_a_backup_overwrites_nothing(database: Database, tmp_path: Path) -> None:
    """The last good one may be all there is."""
    backed_up(database, tmp_path)
    with pytest.raises(BackupRefused, match="never overwrites"):
        backed_up(database, tmp_path)

    assert [path.name for path in tmp_path.glob("*backup*")] == ["backup.tar.gz"]
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o777 == 0o600


def cut(content: bytes) -> bytes:
    """Half of it."""
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    """One letter of one row is another; the file is whole otherwise."""
    return rewritten(content, lambda member: member.replace(b"Storywell monthly", b"Storywell Monthly"))


def of_tomorrow(content: bytes) -> bytes:
    """A format that this version does not know."""
    return rewritten(content, lambda member: member.replace(b'"format": 1', b'"format": 2'))


def of_another_version(content: bytes) -> bytes:
    """Other tables."""
    revision = Manifest.read(dict(unpacked(content))["manifest.json"]).revision.encode()
    return rewritten(content, lambda member: member.replace(b'"' + revision + b'"', b'"9999"'))


def without_a_manifest(content: bytes) -> bytes:
    """Cut between two members."""
    return packed([(name, member) for name, member in unpacked(content) if name != "manifest.json"])


def climbing(content: bytes) -> bytes:
    """A name that leads out of the folder."""
    return packed([("media/../../escaped", b"x"), *unpacked(content)])


def nothing_of_the_kind(content: bytes) -> bytes:
    """Some other file."""
    return b"email\nada@example.test\n"


def gzipped_nonsense(content: bytes) -> bytes:
    """Some other gzip file."""
    return gzip.compress(b"email\nada@example.test\n" * 1000)


def unpacked(content: bytes) -> list[tuple[str, bytes]]:
    """The members of a tar."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]


def packed(members: list[tuple[str, bytes]]) -> bytes:
    """A tar of members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def rewritten(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A tar with other members."""
    return packed([(name, change(member)) for name, member in unpacked(content)])


@pytest.mark.parametrize(
    "harm",
    [
        cut, flipped, of_tomorrow, of_another_version, without_a_manifest, climbing, nothing_of_the_kind,
        gzipped_nonsense,
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_it_was_made_changes_nothing(
    database: Database, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    """One sentence, and what is there stays."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    ada(database)
    file = backed_up(database, tmp_path)
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(BackupRefused, match=r"^(The|There) [^\n]+\.$"):
        restored(database, file, replace=True)

    assert emails(database) == {ADA}
    assert not (tmp_path / "escaped").exists()


def test_a_failure_in_the_middle_changes_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All tables or none."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    ada(database)
    file = backed_up(database, tmp_path)
    ben(database)
    monkeypatch.setattr(restoring, "_set_counter", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        restored(database, file, replace=True)

    assert emails(database) == {ADA, BEN}


def test_triggers_are_there_again_afterwards(services: Services, tmp_path: Path) -> None:
    """What guards the ledger of consents guards it still."""
    seed_demo(services)
    restored(services.database, backed_up(services.database, tmp_path), replace=True)
    ledger = Base.metadata.tables["story_consents"]

    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ledger))
    with pytest.raises(Exception, match=r"(?i)consent|ledger|kept|append"), services.database.unit() as uow:
        uow.session.execute(ledger.delete())


def test_a_backup_is_of_one_moment(database: Database, other: Database, tmp_path: Path) -> None:
    """Who signs up while it is made is wholly in it or wholly out of it."""
    with database.unit() as uow:
        a_newsletter(uow.session)
    ada(database)
    seen = []

    def meanwhile(name: str) -> None:
        seen.append(name)
        if len(seen) == 1:
            ben(database)

    make_backup(database, tmp_path / "b.tar.gz", tmp_path / "media", now=NOW, tell=meanwhile)
    restored(other, tmp_path / "b.tar.gz")

    assert emails(other) == {ADA}
