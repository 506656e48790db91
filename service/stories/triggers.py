"""What the database itself refuses, on PostgreSQL and on SQLite: a second line behind the rules.

Two promises. A record of the consent ledger is never deleted, and changed only once, when its personal words are
emptied. And no story becomes public, nor shows other words, unless the newest answer for the website is a yes for
exactly these words that had not ended when they were put up (`shown_at`; rules bring the time, the database keeps no
clock of its own, and `visibility` asks about the end again at every reading).

The migrations run these statements too: both ways of making the tables give the same database.
"""

from sqlalchemy import DDL, Table, event

from service.stories.ledger import KEPT, PERSONAL

_UNTOUCHED = ("id", "hash", "personal", *KEPT)


def _sqlite_ledger() -> tuple[str, ...]:
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _UNTOUCHED)
    emptied = " AND ".join(f"NEW.{name} = ''" for name in (*PERSONAL, "salt"))
    return (
        "CREATE TRIGGER story_consents_stay BEFORE DELETE ON story_consents BEGIN "
        "SELECT RAISE(ABORT, 'consent records are never deleted'); END",
        "CREATE TRIGGER story_consents_as_given BEFORE UPDATE ON story_consents "
        f"WHEN NOT (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND {emptied} AND {same}) BEGIN "
        "SELECT RAISE(ABORT, 'consent records are never changed'); END",
    )


def _postgresql_ledger() -> tuple[str, ...]:
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _UNTOUCHED)
    emptied = " AND ".join(f"NEW.{name} = ''" for name in (*PERSONAL, "salt"))
    return (
        "CREATE FUNCTION story_consents_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'consent records are never deleted'; END IF; "
        f"IF NOT (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND {emptied} AND {same}) THEN "
        "RAISE EXCEPTION 'consent records are never changed'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER story_consents_stay BEFORE DELETE OR UPDATE ON story_consents "
        "FOR EACH ROW EXECUTE FUNCTION story_consents_refuse()",
    )


_AGREED = (
    "EXISTS (SELECT 1 FROM story_consents AS c WHERE c.id = (SELECT max(newest.id) FROM story_consents AS newest "
    "WHERE newest.story_id = NEW.id AND newest.scope = 'web' AND newest.photo_person_id IS NULL) "
    "AND c.granted AND c.revision_hash = NEW.shown_hash AND NEW.shown_at IS NOT NULL "
    "AND (c.expires_at IS NULL OR c.expires_at > NEW.shown_at))"
)
_REFUSAL = "the storyteller has not agreed to these words standing on the website"


def _sqlite_publishing() -> tuple[str, ...]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    return (
        "CREATE TRIGGER stories_show_what_was_agreed BEFORE UPDATE ON stories WHEN NEW.state = 'published' "
        f"AND (OLD.state <> 'published' OR OLD.shown_hash <> NEW.shown_hash) AND NOT {_AGREED} {refuse}",
        "CREATE TRIGGER stories_do_not_begin_public BEFORE INSERT ON stories WHEN NEW.state = 'published' " + refuse,
    )


def _postgresql_publishing() -> tuple[str, ...]:
    return (
        "CREATE FUNCTION stories_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' AND OLD.state = 'published' AND OLD.shown_hash = NEW.shown_hash THEN RETURN NEW; END IF; "
        f"IF NOT {_AGREED} THEN RAISE EXCEPTION '{_REFUSAL}'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER stories_show_what_was_agreed BEFORE INSERT OR UPDATE ON stories FOR EACH ROW "
        "WHEN (NEW.state = 'published') EXECUTE FUNCTION stories_refuse()",
    )


def refusals(dialect: str) -> tuple[str, ...]:
    """The statements that make the triggers on `sqlite` or `postgresql`."""
    if dialect == "sqlite":
        return _sqlite_ledger() + _sqlite_publishing()
    return _postgresql_ledger() + _postgresql_publishing()


def no_refusals(dialect: str) -> tuple[str, ...]:
    """The statements that take them away again."""
    if dialect == "sqlite":
        names = ("story_consents_stay", "story_consents_as_given")
        return tuple(
            f"DROP TRIGGER {name}" for name in (*names, "stories_show_what_was_agreed", "stories_do_not_begin_public")
        )
    return ("DROP FUNCTION story_consents_refuse() CASCADE", "DROP FUNCTION stories_refuse() CASCADE")


def refuse_on(ledger: Table) -> None:
    """Make the triggers whenever the metadata makes `ledger`, the last table that they look at."""
    for dialect in ("sqlite", "postgresql"):
        for statement in refusals(dialect):
            ddl: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(ledger, "after_create", ddl.execute_if(dialect=dialect))
