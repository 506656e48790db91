"""`storywell db …`: the tables."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from service.cli.frame import answer, json_option, load_settings
from service.settings import Settings

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


@click.group()
def db() -> None:
    """The database."""


@db.command()
@json_option
def upgrade(as_json: bool) -> None:
    """Bring the tables up to date; changes nothing when they are."""
    settings = load_settings()
    try:
        upgrade_database(settings)
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {error.orig}".splitlines()[0]) from None
    answer({"upgraded": True}, "The tables are up to date.", as_json=as_json)


def upgrade_database(settings: Settings) -> None:
    """Run every migration that has not been run."""
    settings.var.mkdir(parents=True, exist_ok=True)
    command.upgrade(alembic_config(settings.database), "head")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config
