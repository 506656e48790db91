"""Sealing everything in the vault again under the first of SECRET_KEYS, so that the older ones can be taken away."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table, Text, select, true, type_coerce, update

from service.db import Base, Database
from service.stories.model import Storyteller
from service.subscribers.model import ReadingProfile
from service.subscribers.reading import fingerprint, from_text
from service.tokens import Purpose, Tokens
from service.vault import Sealed, SealedJson, Vault

BATCH = 500
"""Rows of a transaction. A rotation that is stopped goes on where it was: what the first key opens is left alone."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many values there were, and how many of them were sealed again."""

    looked_at: int
    sealed: int


def rotate(database: Database, vault: Vault, tokens: Tokens) -> Rotation:
    """Seal every value of every sealed column that is not under the first key yet. Raises VaultClosed."""
    looked_at = sealed = 0
    for table, columns in _sealed_columns():
        after: Key | None = None
        while rows := _rows(database, table, columns, after):
            after = rows[-1][0]
            looked_at += len(rows) * len(columns)
            sealed += _seal_again(database, vault, table, columns, rows)
    _key_addresses_again(database, tokens)
    _key_readings_again(database, tokens)
    return Rotation(looked_at, sealed)


def _sealed_columns() -> Iterator[tuple[Table, list[Column[object]]]]:
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, Sealed | SealedJson)]
        if columns:
            yield table, columns


Key = int | str
Rows = list[tuple[Key, tuple[str | None, ...]]]


def _rows(database: Database, table: Table, columns: list[Column[object]], after: Key | None) -> Rows:
    stored = [type_coerce(column, Text) for column in columns]
    (key,) = table.primary_key
    query = select(key, *stored).where(true() if after is None else key > after).order_by(key).limit(BATCH)
    with database.read() as session:
        return [(row[0], tuple(row[1:])) for row in session.execute(query)]


def _seal_again(database: Database, vault: Vault, table: Table, columns: list[Column[object]], rows: Rows) -> int:
    """Each value is changed only while it still is what was read: somebody may be typing into a draft."""
    done = 0
    (key,) = table.primary_key
    with database.unit() as uow:
        for row_id, values in rows:
            for column, old in zip(columns, values, strict=True):
                if old is None or vault.is_current(old):
                    continue
                same = (key == row_id) & (type_coerce(column, Text) == old)
                new = type_coerce(vault.seal(vault.open(old)), Text)
                again = update(table).where(same).values({column.name: new}).returning(key)
                done += len(uow.session.execute(again).all())
    return done


def _key_addresses_again(database: Database, tokens: Tokens) -> None:
    """The hash that finds a storyteller by their address is keyed as well."""
    with database.unit() as uow:
        for teller in uow.session.scalars(select(Storyteller)):
            teller.email_key = tokens.keyed_hash(Purpose.STORYTELLER, teller.email.lower())


def _key_readings_again(database: Database, tokens: Tokens) -> None:
    """So is the hash that finds a way of reading. Its key stays: mails that are on their way refer to it."""
    with database.unit() as uow:
        for profile in uow.session.scalars(select(ReadingProfile)):
            profile.fingerprint = fingerprint(tokens, from_text(profile.sealed))
