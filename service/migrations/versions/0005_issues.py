"""Newsletters with dates and approvals of their own, and what preflight keeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)

NEWSLETTERS: list[tuple[str, sa.types.TypeEngine[Any], str]] = [
    ("more_languages", JSON, "[]"),
    ("topics", JSON, "[]"),
    ("exceptions", JSON, "[]"),
    ("moves", JSON, "{}"),
    ("approvals", NUMBER, "2"),
    ("approver_roles", JSON, "[]"),
    ("schedules_itself", sa.Boolean(), "false"),
    ("thin_below", NUMBER, "1"),
    ("when_thin", sa.String(32), "ask"),
    ("latest_hours", NUMBER, "6"),
    ("seeds", JSON, "[]"),
    ("version", NUMBER, "1"),
]
"""What every newsletter has, and what those have that exist already."""


def upgrade() -> None:
    """Add the columns and the tables."""
    with op.batch_alter_table("newsletters") as newsletters:
        newsletters.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        for name, kind, value in NEWSLETTERS:
            newsletters.add_column(sa.Column(name, kind, nullable=False, server_default=sa.text(_quoted(kind, value))))
    with op.batch_alter_table("newsletters") as newsletters:
        for name, kind, _ in NEWSLETTERS:
            newsletters.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    with op.batch_alter_table("issues") as issues:
        issues.add_column(sa.Column("edited_by", NUMBER, nullable=True))
        issues.add_column(sa.Column("thin", sa.Text(), nullable=False, server_default=""))
        issues.add_column(sa.Column("approved_hash", sa.Text(), nullable=False, server_default=""))
        issues.add_column(sa.Column("audience", NUMBER, nullable=True))
        issues.add_column(sa.Column("accessibility", JSON, nullable=True))
        issues.create_foreign_key("fk_issues_edited_by_editors", "editors", ["edited_by"], ["id"])
    with op.batch_alter_table("issue_tests") as tests:
        tests.add_column(sa.Column("to", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("issues") as issues:
        for name in ("thin", "approved_hash"):
            issues.alter_column(name, existing_type=sa.Text(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("issue_tests") as tests:
        tests.alter_column("to", existing_type=sa.Text(), existing_nullable=False, server_default=None)
    _make_tables()


def downgrade() -> None:
    """Take them away again."""
    for table in ("sender_checks", "link_checks", "preflight_overrides", "issue_approvals"):
        op.drop_table(table)
    with op.batch_alter_table("issue_tests") as tests:
        tests.drop_column("to")
    with op.batch_alter_table("issues") as issues:
        issues.drop_constraint("fk_issues_edited_by_editors", type_="foreignkey")
        for name in ("accessibility", "audience", "approved_hash", "thin", "edited_by"):
            issues.drop_column(name)
    with op.batch_alter_table("newsletters") as newsletters:
        for name, _, _ in reversed(NEWSLETTERS):
            newsletters.drop_column(name)
        newsletters.drop_column("starts_on")


def _quoted(kind: sa.types.TypeEngine[Any], value: str) -> str:
    return value if kind is NUMBER or isinstance(kind, sa.Boolean) else f"'{value}'"


def _make_tables() -> None:
    op.create_table(
        "issue_approvals",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("editor_id", NUMBER, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("needed", NUMBER, nullable=False),
        sa.Column("stand_ins", JSON, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_issue_approvals_editor_id_editors")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("fk_issue_approvals_issue_id_issues"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_approvals")),
    )
    op.create_index(op.f("ix_issue_approvals_issue_id"), "issue_approvals", ["issue_id"], unique=False)
    op.create_table(
        "preflight_overrides",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", NUMBER, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("agreed_by", NUMBER, nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agreed_by"], ["editors.id"], name=op.f("fk_preflight_overrides_agreed_by_editors")),
        sa.ForeignKeyConstraint(["asked_by"], ["editors.id"], name=op.f("fk_preflight_overrides_asked_by_editors")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("fk_preflight_overrides_issue_id_issues"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preflight_overrides")),
        sa.UniqueConstraint(
            "issue_id", "finding", "content_hash", name=op.f("uq_preflight_overrides_issue_id_finding_content_hash")
        ),
    )
    op.create_table(
        "link_checks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_checks")),
        sa.UniqueConstraint("url", name=op.f("uq_link_checks_url")),
    )
    op.create_table(
        "sender_checks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("unsure", JSON, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_checks")),
        sa.UniqueConstraint("domain", name=op.f("uq_sender_checks_domain")),
    )
