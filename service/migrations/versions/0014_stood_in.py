"""What stood in an issue for some readers, in which copies, and corrections of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    """Make the table and the columns. Of issues that left before, nobody can say what stood in."""
    op.create_table(
        "stood_in",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("story_id", NUMBER, nullable=True),
        sa.Column("article_id", NUMBER, nullable=True),
        sa.CheckConstraint("(story_id IS NULL) <> (article_id IS NULL)", name="ck_stood_in_one_of_them"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_stood_in_issue_id_issues", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_stood_in_story_id_stories"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_stood_in_article_id_articles"),
        sa.PrimaryKeyConstraint("id", name="pk_stood_in"),
        sa.UniqueConstraint("issue_id", "story_id", name="uq_stood_in_issue_id_story_id"),
        sa.UniqueConstraint("issue_id", "article_id", name="uq_stood_in_issue_id_article_id"),
    )
    with op.batch_alter_table("issue_items") as items:
        items.add_column(sa.Column("corrects_stood_in_id", NUMBER, nullable=True))
        items.create_foreign_key(
            "fk_issue_items_corrects_stood_in_id_stood_in", "stood_in", ["corrects_stood_in_id"], ["id"]
        )
        items.create_index("ix_issue_items_corrects_stood_in_id", ["corrects_stood_in_id"])
    with op.batch_alter_table("variants") as variants:
        variants.add_column(sa.Column("articles", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("variants") as variants:
        variants.alter_column("articles", existing_type=JSON, existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("variants") as variants:
        variants.drop_column("articles")
    with op.batch_alter_table("issue_items") as items:
        items.drop_index("ix_issue_items_corrects_stood_in_id")
        items.drop_constraint("fk_issue_items_corrects_stood_in_id_stood_in", type_="foreignkey")
        items.drop_column("corrects_stood_in_id")
    op.drop_table("stood_in")
