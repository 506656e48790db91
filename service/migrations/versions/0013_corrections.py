"""Corrections: which issue and which item one puts right, and which items each frozen copy showed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")

CORRECTS = {"issues": "issues", "issue_items": "issue_items"}
"""Tables whose rows may correct another row of the same table."""


def upgrade() -> None:
    """Add the columns. Copies that left before have no items: nobody can say what was in them."""
    for name, of in CORRECTS.items():
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("corrects_id", NUMBER, nullable=True))
            table.create_foreign_key(f"fk_{name}_corrects_id_{of}", of, ["corrects_id"], ["id"])
            table.create_index(f"ix_{name}_corrects_id", ["corrects_id"])
    with op.batch_alter_table("variants") as variants:
        variants.add_column(sa.Column("items", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("variants") as variants:
        variants.alter_column("items", existing_type=JSON, existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("variants") as variants:
        variants.drop_column("items")
    for name, of in reversed(CORRECTS.items()):
        with op.batch_alter_table(name) as table:
            table.drop_index(f"ix_{name}_corrects_id")
            table.drop_constraint(f"fk_{name}_corrects_id_{of}", type_="foreignkey")
            table.drop_column("corrects_id")
