"""cash that goes back for returns: owed, given, missed, paid by the site; who carries parcels and has the fee; goods
of parcels that come back into their lots
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

CASH_CHECKS = {
    "given_with_note": "(recorded_at IS NULL) = (note IS NULL)",
    "owed_until_a_day": "recorded_at IS NOT NULL OR due_at IS NOT NULL",
    "closed_by_somebody": "num_nulls(closed_at, closed_by) IN (0, 2)",
    "closed_once_given": "closed_at IS NULL OR recorded_at IS NOT NULL",
    "paid_is_closed": "NOT paid_by_site OR closed_at IS NOT NULL",
}
PARTS = "part IN ('goods', 'commission', {}'refund', 'cash', 'payout', 'adjustment')"
OPERATIONS = (
    "kind IN ('grading', 'mixing', 'splitting', 'processing', 'packing', 'unpacking', 'shipping', 'receiving', "
    "'selling', {}'destroying', 'correction')"
)
CARRIERS = "{} IN ('site', 'producer')"


def upgrade() -> None:
    _let_cash_go_back()
    _let_producers_carry()
    _let_goods_come_back()


def _let_goods_come_back() -> None:
    _replace("lot_operations", "kind_known", OPERATIONS.format("'taking_back', "))
    op.add_column("lot_operations", sa.Column("source", sa.String(length=60), nullable=True))
    op.create_unique_constraint(op.f("uq_lot_operations_source"), "lot_operations", ["source"])
    op.create_check_constraint(
        op.f("ck_lot_operations_taken_back_once"),
        "lot_operations",
        "(kind = 'taking_back') = (source IS NOT NULL)",
    )


def _let_producers_carry() -> None:
    """What exists stays as it was entered: the fee went to the site. At a pick-up point there is none."""
    op.add_column(
        "parcels", sa.Column("delivery_carrier", sa.String(length=12), server_default="site", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_parcels_delivery_carrier_known"), "parcels", CARRIERS.format("delivery_carrier")
    )
    op.add_column("delivery_methods", sa.Column("carrier", sa.String(length=12), nullable=True))
    op.execute("UPDATE delivery_methods SET carrier = CASE kind WHEN 'pick_up' THEN 'producer' ELSE 'site' END")
    op.alter_column("delivery_methods", "carrier", nullable=False)
    op.create_check_constraint(op.f("ck_delivery_methods_carrier_known"), "delivery_methods", CARRIERS.format("carrier"))
    _replace("ledger_postings", "part_known", PARTS.format("'delivery', "))
    _replace(
        "refund_lines",
        "amount_positive",
        "amount_vnd > 0 OR amount_vnd = 0 AND (delivery_vnd > 0 OR voucher_vnd > 0)",
    )


def _let_cash_go_back() -> None:
    for name in ("owed_at", "due_at", "missing_at", "closed_at"):
        op.add_column("cash_returns", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("cash_returns", sa.Column("closed_by", sa.Uuid(), nullable=True))
    op.add_column(
        "cash_returns", sa.Column("paid_by_site", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute("UPDATE cash_returns SET owed_at = recorded_at")
    op.alter_column("cash_returns", "owed_at", nullable=False)
    for name in ("note", "recorded_at"):
        op.alter_column("cash_returns", name, nullable=True)
    op.create_foreign_key(op.f("fk_cash_returns_closed_by"), "cash_returns", "users", ["closed_by"], ["id"])
    for name, condition in CASH_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_cash_returns_{name}"), "cash_returns", condition)
    op.create_index("ix_cash_returns_owed", "cash_returns", ["due_at"], postgresql_where=sa.text("recorded_at IS NULL"))
    op.add_column("returns", sa.Column("cash_return_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_returns_cash_return_id"), "returns", "cash_returns", ["cash_return_id"], ["id"])
    op.create_unique_constraint(op.f("uq_returns_cash_return_id"), "returns", ["cash_return_id"])
    op.create_check_constraint(
        op.f("ck_returns_given_back_one_way"), "returns", "num_nonnulls(refund_id, cash_return_id) <= 1"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_lot_operations_taken_back_once"), "lot_operations", type_="check")
    op.drop_column("lot_operations", "source")
    _replace("lot_operations", "kind_known", OPERATIONS.format(""), checks_old=False)
    # What producers earned by delivering stays in the ledger; before, it had no column of its own. The
    # older rules hold for new rows only: ledgers never change.
    _replace(
        "refund_lines", "amount_positive", "amount_vnd > 0 OR amount_vnd = 0 AND delivery_vnd > 0", checks_old=False
    )
    _replace("ledger_postings", "part_known", PARTS.format(""), checks_old=False)
    op.drop_column("delivery_methods", "carrier")
    op.drop_column("parcels", "delivery_carrier")
    op.drop_constraint(op.f("ck_returns_given_back_one_way"), "returns", type_="check")
    op.drop_column("returns", "cash_return_id")
    op.drop_index("ix_cash_returns_owed", "cash_returns")
    for name in CASH_CHECKS:
        op.drop_constraint(op.f(f"ck_cash_returns_{name}"), "cash_returns", type_="check")
    # Before, only what was given back was written down.
    op.execute("DELETE FROM cash_returns WHERE recorded_at IS NULL")
    for name in ("note", "recorded_at"):
        op.alter_column("cash_returns", name, nullable=False)
    for name in ("paid_by_site", "closed_by", "closed_at", "missing_at", "due_at", "owed_at"):
        op.drop_column("cash_returns", name)


def _replace(table: str, name: str, condition: str, *, checks_old: bool = True) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(
        op.f(f"ck_{table}_{name}"), table, condition, postgresql_not_valid=not checks_old
    )
