"""cash on delivery: who may pay so, what each parcel brings at the door, what goes back in cash"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ORDER_STATES = "status IN ('awaiting_payment', 'paid', {}'shipped', 'expired', 'cancelled', 'needs_review')"
PARCEL_STATES = "status IN ('waiting', 'to_pack', 'packed', 'shipped', 'cancelled'{})"
PARTS = "part IN ('goods', 'commission', 'refund', {}'payout', 'adjustment')"


def upgrade() -> None:
    op.add_column("orders", sa.Column("pays_cash", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    _replace("orders", "status_known", ORDER_STATES.format("'cash_due', "))
    _replace("parcels", "status_known", PARCEL_STATES.format(", 'returned'"))
    _replace("ledger_postings", "part_known", PARTS.format("'cash', "))
    op.create_check_constraint(op.f("ck_orders_cash_where_agreed"), "orders", "status <> 'cash_due' OR pays_cash")
    op.create_table(
        "cash_buyers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("order_limit_vnd", sa.BigInteger(), nullable=False),
        sa.Column("open_limit_vnd", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "0 < order_limit_vnd AND order_limit_vnd <= open_limit_vnd", name=op.f("ck_cash_buyers_limits_in_order")
        ),
        sa.CheckConstraint("num_nulls(ended_at, ended_by) IN (0, 2)", name=op.f("ck_cash_buyers_ended_by_somebody")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cash_buyers_user_id")),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_cash_buyers_added_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_cash_buyers_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_buyers")),
    )
    op.create_index(
        "uq_cash_buyers_user", "cash_buyers", ["user_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index("ix_cash_buyers_added_at", "cash_buyers", ["added_at", "id"])
    op.create_table(
        "cash_parcels",
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("due_vnd", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("received_vnd", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(300), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("due_vnd >= 0 AND received_vnd >= 0", name=op.f("ck_cash_parcels_amounts_not_negative")),
        sa.CheckConstraint("status IN ('due', 'received', 'refused')", name=op.f("ck_cash_parcels_status_known")),
        sa.CheckConstraint(
            "(status = 'received') = (received_vnd IS NOT NULL)", name=op.f("ck_cash_parcels_received_has_amount")
        ),
        sa.CheckConstraint("(status = 'due') = (recorded_at IS NULL)", name=op.f("ck_cash_parcels_recorded_has_time")),
        sa.CheckConstraint("status <> 'refused' OR note IS NOT NULL", name=op.f("ck_cash_parcels_refused_with_reason")),
        sa.CheckConstraint(
            "received_vnd = due_vnd OR note IS NOT NULL", name=op.f("ck_cash_parcels_difference_with_reason")
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_cash_parcels_parcel_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_cash_parcels_recorded_by")),
        sa.PrimaryKeyConstraint("parcel_id", name=op.f("pk_cash_parcels")),
    )
    op.create_index("ix_cash_parcels_due", "cash_parcels", ["parcel_id"], postgresql_where=sa.text("status = 'due'"))
    op.create_table(
        "cash_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("request_key", sa.String(36), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("commission_vnd", sa.BigInteger(), nullable=False),
        sa.Column("voucher_vnd", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_cash_returns_amount_positive")),
        sa.ForeignKeyConstraint(["parcel_id"], ["cash_parcels.parcel_id"], name=op.f("fk_cash_returns_parcel_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_cash_returns_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_returns")),
        sa.UniqueConstraint("parcel_id", "request_key", name=op.f("uq_cash_returns_parcel_id_request_key")),
    )


def downgrade() -> None:
    for table in ("cash_returns", "cash_parcels", "cash_buyers"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_orders_cash_where_agreed"), "orders", type_="check")
    _replace("ledger_postings", "part_known", PARTS.format(""))
    _replace("parcels", "status_known", PARCEL_STATES.format(""))
    _replace("orders", "status_known", ORDER_STATES.format(""))
    op.drop_column("orders", "pays_cash")


def _replace(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
