"""a return knows all its refunds, one of each payment of the order"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# The ledger knows what the site bears of the first refund under the return's id, which the row therefore keeps.
FIRST = """
INSERT INTO return_refunds (id, return_id, refund_id)
SELECT id, id, refund_id FROM returns WHERE refund_id IS NOT NULL
"""
# What the site bore counted the first refund only, and stays so: its entries are not made later.
FURTHER = """
INSERT INTO return_refunds (id, return_id, refund_id)
SELECT f.id, r.id, f.id FROM returns r
  JOIN refunds f ON f.idempotency_key = 'refund-' || f.payment_id || '-return-' || r.id
 WHERE r.borne_by IS DISTINCT FROM 'site' AND r.refund_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM refunds a WHERE a.id = r.refund_id AND a.payment_id = f.payment_id)
"""
BACK = """
UPDATE returns SET refund_id = (
    SELECT l.refund_id FROM return_refunds l JOIN refunds f ON f.id = l.refund_id
      JOIN payments p ON p.id = f.payment_id
     WHERE l.return_id = returns.id ORDER BY p.order_id IS NULL, l.id LIMIT 1)
"""


def upgrade() -> None:
    op.create_table(
        "return_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_return_refunds_return_id_returns")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_return_refunds_refund_id_refunds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_refunds")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_return_refunds_refund_id")),
    )
    op.create_index("ix_return_refunds_return_id", "return_refunds", ["return_id", "id"], unique=False)
    op.execute(FIRST)
    op.execute(FURTHER)
    op.drop_constraint(op.f("ck_returns_given_back_one_way"), "returns", type_="check")
    op.drop_column("returns", "refund_id")


def downgrade() -> None:
    op.add_column("returns", sa.Column("refund_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_returns_refund_id_refunds"), "returns", "refunds", ["refund_id"], ["id"])
    op.create_unique_constraint(op.f("uq_returns_refund_id"), "returns", ["refund_id"])
    op.execute(BACK)
    op.create_check_constraint(
        op.f("ck_returns_given_back_one_way"), "returns", "num_nonnulls(refund_id, cash_return_id) <= 1"
    )
    op.drop_table("return_refunds")
