"""deposits for harvests ordered beforehand, with the balance paid before the goods are packed"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

REASONS = (
    "reason IN ('buyer_cancelled', 'line_short', 'returned', 'recalled', 'goodwill', 'dispute', "
    "'packed_weight', 'harvest_failed', {}'paid_too_late', 'reviewed', 'made_at_vendor')"
)
SHARES = "amount_vnd = seller_vnd + commission_vnd + delivery_vnd {}- voucher_vnd"


def upgrade() -> None:
    op.add_column("order_cycles", sa.Column("deposit_percent", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_order_cycles_deposit_range"), "order_cycles", "deposit_percent BETWEEN 10 AND 90"
    )
    op.add_column("parcels", sa.Column("deposit_vnd", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_parcels_deposit_waits"),
        "parcels",
        "deposit_vnd >= 0 AND (deposit_vnd = 0 OR status IN ('waiting', 'to_pack', 'cancelled'))",
    )
    op.add_column("refund_lines", sa.Column("deposit_vnd", sa.BigInteger(), server_default="0", nullable=False))
    _replace("refund_lines", "shares_add_up", SHARES.format("+ deposit_vnd "))
    _replace("refunds", "reason_known", REASONS.format("'balance_unpaid', "))
    _replace("collections", "reason_known", "reason IN ('heavier', 'balance')")


def downgrade() -> None:
    _replace("collections", "reason_known", "reason IN ('heavier')")
    _replace("refunds", "reason_known", REASONS.format(""))
    _replace("refund_lines", "shares_add_up", SHARES.format(""))
    op.drop_column("refund_lines", "deposit_vnd")
    op.drop_column("parcels", "deposit_vnd")
    op.drop_column("order_cycles", "deposit_percent")


def _replace(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
