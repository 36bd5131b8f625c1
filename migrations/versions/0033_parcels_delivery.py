"""parcels keep the delivery that was agreed, and lines what they weigh"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

CHECKS = {
    "parcels": {
        "delivery_kind_known": "delivery_kind IN ('courier', 'cool_chain', 'pick_up')",
        "delivery_time_whole": "num_nulls(delivery_slot_id, delivery_day, delivery_from_hour, delivery_until_hour) "
        "IN (0, 4)",
        "final_delivery_range": "final_delivery_vnd BETWEEN 0 AND delivery_vnd",
    },
    "order_lines": {"unit_grams_positive": "unit_grams > 0"},
}
COLUMNS = (
    "delivery_method_id",
    "delivery_kind",
    "delivery_name",
    "delivery_address",
    "delivery_hours",
    "delivery_slot_id",
    "delivery_day",
    "delivery_from_hour",
    "delivery_until_hour",
    "delivery_rates",
    "final_delivery_vnd",
)


def upgrade() -> None:
    op.add_column("parcels", sa.Column("delivery_method_id", sa.Uuid(), nullable=True))
    op.add_column(
        "parcels", sa.Column("delivery_kind", sa.String(length=12), server_default="courier", nullable=False)
    )
    op.add_column("parcels", sa.Column("delivery_name", sa.String(length=80), nullable=True))
    op.add_column("parcels", sa.Column("delivery_address", sa.String(length=450), nullable=True))
    op.add_column("parcels", sa.Column("delivery_hours", sa.String(length=200), nullable=True))
    op.add_column("parcels", sa.Column("delivery_slot_id", sa.Uuid(), nullable=True))
    op.add_column("parcels", sa.Column("delivery_day", sa.Date(), nullable=True))
    op.add_column("parcels", sa.Column("delivery_from_hour", sa.Integer(), nullable=True))
    op.add_column("parcels", sa.Column("delivery_until_hour", sa.Integer(), nullable=True))
    op.add_column("parcels", sa.Column("delivery_rates", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("parcels", sa.Column("final_delivery_vnd", sa.BigInteger(), nullable=True))
    op.add_column("order_lines", sa.Column("unit_grams", sa.Integer(), nullable=True))
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for column, table in (("delivery_method_id", "delivery_methods"), ("delivery_slot_id", "delivery_slots")):
        op.create_foreign_key(op.f(f"fk_parcels_{column}"), "parcels", table, [column], ["id"])
    op.create_index(op.f("ix_parcels_delivery_method_id"), "parcels", ["delivery_method_id"])
    op.create_index(
        "ix_parcels_delivery_slot_id",
        "parcels",
        ["delivery_slot_id", "delivery_day"],
        postgresql_where=sa.text("delivery_slot_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("order_lines", "unit_grams")
    for column in reversed(COLUMNS):
        op.drop_column("parcels", column)
