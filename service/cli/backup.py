"""`storywell backup` and `storywell restore`: everything in one file, on either database and across them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from service.backup.errors import BackupRefused
from service.backup.restoring import Replay, Restored
from service.backup.restoring import restore as restore_backup
from service.backup.writing import make_backup
from service.bootstrap import Services
from service.cli.frame import answer, json_option
from service.stories.erasure import replay_journal as replay_stories
from service.subscribers.erasure import replay_journal
from service.tombstones import JournalDamaged, read_journal

KEPT_SEPARATELY = "SECRET_KEYS is not in it: keep it in another place, because without it nobody can be found again."


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def backup(services: Services, file: Path, as_json: bool) -> None:
    """Write everything but secrets to FILE (a .tar.gz), from one moment, while the product runs."""
    with _one_sentence():
        manifest = make_backup(services.database, file, services.settings.media, now=services.clock(), tell=_say)
    document = {
        "file": str(file), "made_at": manifest.made_at, "revision": manifest.revision, "rows": manifest.rows,
        "tables": {name: table.rows for name, table in manifest.tables.items()}, "pictures": manifest.pictures,
        "bytes": file.stat().st_size, "keep_separately": ["SECRET_KEYS"],
    }  # fmt: skip
    sentence = f"{manifest.rows:,} rows and {manifest.pictures:,} pictures are in {file}. {KEPT_SEPARATELY}"
    answer(document, sentence, as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete everything that is in the database first.")
@click.option(
    "--erasures", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Journals of other machines; the one under VAR is always read.",
)  # fmt: skip
@json_option
@click.pass_obj
def restore(services: Services, file: Path, replace: bool, erasures: tuple[Path, ...], as_json: bool) -> None:
    """Put the backup FILE into an empty database; stop web, worker and timer before."""
    if replace:
        _say("--replace: everything that is in the database now will be deleted.")
    with _one_sentence():
        journals = [services.settings.erasures, *erasures]
        restored = restore_backup(
            services.database, file, services.settings.media, replace=replace, now=services.clock(),
            tombstones=[stone for journal in journals for stone in read_journal(journal)],
            replays=_replays(services), tell=_say,
        )  # fmt: skip
    answer(asdict(restored), _summary(restored), as_json=as_json)


def _replays(services: Services) -> list[Replay]:
    """One for each subject that erases."""
    organisation = services.settings.organisation
    return [
        lambda uow, stones, now: replay_journal(uow, services.tokens, stones, now=now),
        lambda uow, stones, now: replay_stories(uow, stones, organisation=organisation, now=now),
    ]


def _summary(restored: Restored) -> str:
    sentence = (
        f"Restored {restored.rows:,} rows and {restored.pictures:,} pictures of {restored.made_at:%Y-%m-%d %H:%M} UTC; "
        f"let go again of {restored.erased_again} whom the journal names."
    )
    if restored.unfinished:
        numbers = ", ".join(map(str, restored.unfinished))
        sentence += (
            f" Before you start a worker: issue {numbers} was not finished then and may have been sent since; "
            "stop it with `storywell issues stop ID`."
        )
    return sentence


def _say(words: str) -> None:
    click.echo(words, err=True)


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Turn what may be the case into one line and an exit status."""
    try:
        yield
    except (BackupRefused, JournalDamaged) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.strerror}: {error.filename}.") from None
    except DBAPIError as error:
        raise click.ClickException(f"The database refuses ({type(error).__name__}); nothing has changed.") from None
