"""Copies of an issue by kind of reader: discreet names, big news, and who had which story."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
COLUMNS: dict[str, dict[str, tuple[Any, Any]]] = {
    "newsletters": {"discreet_name": (sa.Text(), ""), "discreet_sender": (sa.Text(), "")},
    "issues": {"big_news": (sa.Boolean(), sa.false())},
    "variants": {
        "crowds": (JSON, "[]"),
        "discreet": (sa.Boolean(), sa.false()),
        "about": (sa.Text(), ""),
        "frame": (sa.Text(), "en"),
    },
}


def upgrade() -> None:
    """Add the columns, and the table of stories that copies show."""
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, (kind, default) in columns.items():
                batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        with op.batch_alter_table(table) as batch:
            for name, (kind, _) in columns.items():
                batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    op.create_table(
        "shown_stories",
        sa.Column("story_id", NUMBER, nullable=False),
        sa.Column("variant_id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name="fk_shown_stories_story_id_stories", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name="fk_shown_stories_variant_id_variants", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_shown_stories_issue_id_issues", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "variant_id", name="pk_shown_stories"),
    )
    op.create_index("ix_shown_stories_variant_id", "shown_stories", ["variant_id"])
    op.create_index("ix_shown_stories_issue_id", "shown_stories", ["issue_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("shown_stories")
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)
