"""Stories belong to their tellers: the chained ledger, changes, cases, photos, the portal, the vault, and refusals.

Addresses and drafts from before are sealed by the first `storywell vault rotate`; until then they are read as they are.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.stories.triggers import no_refusals, refusals

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON_BEFORE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CASCADE, SET_NULL = "CASCADE", "SET NULL"


def upgrade() -> None:
    """Add all of it; what was agreed before is chained in the order in which it was given."""
    _drafts_become_text()
    _add_columns()
    _create_tables()
    _chain_the_ledger()
    for statement in refusals(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    """Take all of it away. Drafts that were sealed cannot be read any more, and are deleted."""
    for statement in no_refusals(op.get_bind().dialect.name):
        op.execute(statement)
    _unchain_the_ledger()
    for table in (
        "take_back_surfaces", "take_backs", "story_photo_people", "story_photos", "story_holds", "story_steps",
        "story_reminders", "story_comments",
        "story_changes", "portal_sessions", "portal_entries", "consent_chain",
    ):  # fmt: skip
        op.drop_table(table)
    for column in _story_columns():
        op.drop_column("stories", column.name)
    op.drop_column("storytellers", "name")
    op.execute("DELETE FROM story_drafts")
    with op.batch_alter_table("story_drafts") as drafts:
        drafts.drop_column("warned_days")
        drafts.alter_column("answers", existing_type=sa.Text(), type_=JSON_BEFORE, postgresql_using="answers::jsonb")


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _at(name: str, *, needed: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _text(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, server_default=default)


def _one_of(name: str, *, default: str | None = None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=nullable, server_default=default)


def _story_columns() -> tuple[sa.Column[Any], ...]:
    """Added one by one: SQLite would rebuild the table, and with it empty every table that refers to it."""
    return (
        _at("state_since"),
        _one_of("hidden_from", nullable=True),
        _text("hidden_by", default=""),
        _one_of("told_by", default="self"),
        _text("relation", default=""),
        _at("of_age_at"),
        _at("shown_at"),
        _at("cool_off_until"),
        _text("claimed_by", default=""),
        _at("claimed_until"),
        sa.Column("needs_fact_check", sa.Boolean(), nullable=False, server_default=sa.false()),
        _text("fact_checked_hash", default=""),
        _text("fact_checked_by", default=""),
        _at("erase_at"),
    )


def _drafts_become_text() -> None:
    with op.batch_alter_table("story_drafts") as drafts:
        drafts.alter_column("answers", existing_type=JSON_BEFORE, type_=sa.Text(), postgresql_using="answers::text")
        drafts.add_column(sa.Column("warned_days", _id(), nullable=False, server_default="0"))


def _add_columns() -> None:
    op.add_column("storytellers", _text("name", default=""))
    for column in _story_columns():
        op.add_column("stories", column)
    op.execute("UPDATE stories SET shown_at = published_at WHERE shown_hash <> ''")


def _create_tables() -> None:
    _table("consent_chain", sa.Column("length", _id(), nullable=False), _text("head"))
    for name, since in (("portal_entries", "expires_at"), ("portal_sessions", "started_at")):
        last = _at("seen_at", needed=True) if name == "portal_sessions" else _at("used_at")
        _table(
            name,
            _refer("storyteller_id", "storytellers", CASCADE, name),
            _text("token_hash"),
            _at(since, needed=True),
            last,
            sa.UniqueConstraint("token_hash", name=f"uq_{name}_token_hash"),
            index="storyteller_id",
        )
    _table(
        "story_changes", _story("story_changes"), _text("base_hash"), _text("proposed_hash"), _text("field"),
        sa.Column("start", _id(), nullable=False), _text("before"), _text("after"), _text("reason"),
        sa.Column("accepted", sa.Boolean()), _at("decided_at"), index="story_id",
    )  # fmt: skip
    _table(
        "story_comments", _story("story_comments"), _text("author"), _text("words"), _at("at", needed=True),
        index="story_id",
    )  # fmt: skip
    _table(
        "story_reminders", _story("story_reminders"), _text("kind"), _at("about", needed=True), _at("at", needed=True),
        sa.UniqueConstraint("story_id", "kind", "about", name="uq_story_reminders_story_id_kind_about"),
    )  # fmt: skip
    _table(
        "story_steps", _story("story_steps"), _text("action"), _one_of("source"), _one_of("target"), _text("by"),
        _at("at", needed=True), index="story_id",
    )  # fmt: skip
    _create_cases_and_photos()
    _create_take_backs()


def _create_take_backs() -> None:
    of_story = sa.ForeignKey("stories.id", name="fk_take_backs_story_id_stories")
    _table(
        "take_backs", sa.Column("story_id", _id(), of_story, nullable=False), _at("at", needed=True), _at("look_at"),
        _at("listed_at"), _at("clean_at"), _at("told_at"), sa.Column("mailed", JSON_BEFORE, nullable=False),
        sa.UniqueConstraint("story_id", name="uq_take_backs_story_id"), index="look_at",
    )  # fmt: skip
    _table(
        "take_back_surfaces", _refer("take_back_id", "take_backs", CASCADE, "take_back_surfaces"), _one_of("place"),
        _at("look_at", needed=True), _at("clean_at"), sa.Column("tries", _id(), nullable=False), _text("said"),
        sa.UniqueConstraint("take_back_id", "place", name="uq_take_back_surfaces_take_back_id_place"),
    )  # fmt: skip


def _create_cases_and_photos() -> None:
    _table(
        "story_holds", _story("story_holds", nullable=True),
        _refer("draft_id", "story_drafts", SET_NULL, "story_holds", nullable=True), _one_of("kind"),
        _at("opened_at", needed=True), _text("opened_by"), _text("note"), _at("alerted_at"), _at("resolved_at"),
        _text("resolved_by"), _text("resolution"), index="draft_id",
    )  # fmt: skip
    op.create_index("ix_story_holds_open", "story_holds", ["story_id", "resolved_at"])
    _table(
        "story_photos", _story("story_photos", nullable=True),
        _refer("draft_id", "story_drafts", SET_NULL, "story_photos", nullable=True), _text("asset_key"),
        sa.Column("width", _id(), nullable=False), sa.Column("height", _id(), nullable=False), _text("alt"),
        _text("caption"), sa.Column("position", _id(), nullable=False), _at("created_at", needed=True),
        _at("removed_at"), index="draft_id",
    )  # fmt: skip
    op.create_index("ix_story_photos_story_id", "story_photos", ["story_id"])
    _table(
        "story_photo_people", _refer("photo_id", "story_photos", CASCADE, "story_photo_people"), _text("who"),
        _at("created_at", needed=True), index="photo_id",
    )  # fmt: skip


def _table(name: str, *parts: sa.schema.SchemaItem, index: str = "") -> None:
    op.create_table(
        name, sa.Column("id", _id(), nullable=False), *parts, sa.PrimaryKeyConstraint("id", name=f"pk_{name}")
    )
    if index:
        op.create_index(f"ix_{name}_{index}", name, [index])


def _story(table: str, *, nullable: bool = False) -> sa.Column[int]:
    return _refer("story_id", "stories", CASCADE, table, nullable=nullable)


def _refer(column: str, to: str, ondelete: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}_{to}", ondelete=ondelete)
    return sa.Column(column, _id(), key, nullable=nullable)


OF_STORY, OF_PERSON = "fk_story_consents_story_id_stories", "fk_story_consents_photo_person_id_story_photo_people"


def _chain_the_ledger() -> None:
    with op.batch_alter_table("story_consents") as ledger:
        ledger.add_column(sa.Column("sequence", _id(), nullable=True))
        for name in ("previous", "hash", "relation", "proven_by", "salt", "personal"):
            ledger.add_column(_text(name, default=""))
        ledger.add_column(sa.Column("photo_person_id", _id(), nullable=True))
        ledger.add_column(_one_of("act", nullable=True))
        ledger.add_column(sa.Column("parental_responsibility", sa.Boolean(), nullable=True))
        ledger.add_column(_one_of("assent", default=""))
        ledger.add_column(_at("erased_at"))
    _chain_what_is_there()
    with op.batch_alter_table("story_consents") as ledger:
        ledger.alter_column("sequence", existing_type=_id(), nullable=False)
        ledger.alter_column("given_by", existing_type=sa.Text(), type_=sa.String(32))
        ledger.create_unique_constraint("uq_story_consents_sequence", ["sequence"])
        ledger.drop_constraint(OF_STORY, type_="foreignkey")
        ledger.create_foreign_key(OF_STORY, "stories", ["story_id"], ["id"])
        ledger.create_foreign_key(OF_PERSON, "story_photo_people", ["photo_person_id"], ["id"])


def _unchain_the_ledger() -> None:
    with op.batch_alter_table("story_consents") as ledger:
        ledger.drop_constraint(OF_PERSON, type_="foreignkey")
        ledger.drop_constraint(OF_STORY, type_="foreignkey")
        ledger.create_foreign_key(OF_STORY, "stories", ["story_id"], ["id"], ondelete=CASCADE)
        ledger.drop_constraint("uq_story_consents_sequence", type_="unique")
        ledger.alter_column("given_by", existing_type=sa.String(32), type_=sa.Text())
        for name in (
            "sequence", "previous", "hash", "relation", "proven_by", "salt", "personal", "photo_person_id", "act",
            "parental_responsibility", "assent", "erased_at",
        ):  # fmt: skip
            ledger.drop_column(name)


def _chain_what_is_there() -> None:
    """The canonical form of service/stories/ledger.py as it was when this migration was written."""
    connection = op.get_bind()
    rows = sa.Table("story_consents", sa.MetaData(), autoload_with=connection)
    length, head = 0, "0" * 64
    for row in connection.execute(sa.select(rows).order_by(rows.c.id)).mappings().all():
        length += 1
        act = "give" if row["granted"] else "decline"
        kept = {
            "sequence": length, "previous": head, "story_id": row["story_id"], "scope": row["scope"], "act": act,
            "granted": bool(row["granted"]), "revision_hash": row["revision_hash"], "photo_person_id": None,
            "statement_version": row["statement_version"], "lang": row["lang"], "given_by": row["given_by"],
            "assent": "", "parental_responsibility": None, "method": row["method"], "given_at": _iso(row["given_at"]),
            "expires_at": _iso(row["expires_at"]),
        }  # fmt: skip
        personal = {
            "statement": row["statement"], "relation": "", "recorded_by": row["recorded_by"],
            "witness": row["witness"], "proven_by": "",
        }  # fmt: skip
        salt = secrets.token_hex(16)
        digest = hashlib.sha256(salt.encode() + _canonical(personal)).hexdigest()
        mine = hashlib.sha256(_canonical({**kept, "personal": digest})).hexdigest()
        values = {"sequence": length, "previous": head, "hash": mine, "act": act, "salt": salt, "personal": digest}
        connection.execute(rows.update().where(rows.c.id == row["id"]).values(**values))
        head = mine
    if length:
        chain = sa.table("consent_chain", sa.column("id"), sa.column("length"), sa.column("head"))
        connection.execute(chain.insert().values(id=1, length=length, head=head))


def _canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _iso(at: datetime | None) -> str | None:
    if at is None:
        return None
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
