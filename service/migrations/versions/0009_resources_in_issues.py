"""Articles of others in issues, and what editors pin for the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Give items their resource, and make the pins."""
    with op.batch_alter_table("issue_items") as table:
        table.add_column(sa.Column("resource_id", NUMBER, nullable=True))
        table.create_foreign_key("fk_issue_items_resource_id_resources", "resources", ["resource_id"], ["id"])
        table.create_index("ix_issue_items_resource_id", ["resource_id"])
    op.create_table(
        "issue_pins",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("newsletter_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("row_id", NUMBER, nullable=False),
        sa.Column("pinned_by", NUMBER, nullable=True),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issue_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletters.id"], name="fk_issue_pins_newsletter_id_newsletters", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pinned_by"], ["editors.id"], name="fk_issue_pins_pinned_by_editors"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_issue_pins_issue_id_issues", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_issue_pins"),
    )
    op.create_index("ix_issue_pins_newsletter_id", "issue_pins", ["newsletter_id"])


def downgrade() -> None:
    """Take both away."""
    op.drop_table("issue_pins")
    with op.batch_alter_table("issue_items") as table:
        table.drop_index("ix_issue_items_resource_id")
        table.drop_constraint("fk_issue_items_resource_id_resources", type_="foreignkey")
        table.drop_column("resource_id")
