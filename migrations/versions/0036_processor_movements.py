"""movements of the balance at the payment processor, and a balance that differs"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLE = "processor_movements"
KINDS = (
    "'payment_differs', 'payment_missing', 'unknown_payment', 'refund_failed', 'refund_differs', "
    "'refund_missing', 'unknown_refund', 'dispute_differs', 'unknown_dispute', 'unknown_movement'"
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("source_id", sa.String(length=255), nullable=True),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("fee_vnd", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processor_movements")),
        sa.UniqueConstraint("external_id", name=op.f("uq_processor_movements_external_id")),
    )
    op.create_index("ix_processor_movements_happened_at", TABLE, ["happened_at"], unique=False)
    op.execute(
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_never_truncated BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    _allow_kinds(f"{KINDS}, 'balance_differs'")


def downgrade() -> None:
    op.execute("DELETE FROM payment_discrepancies WHERE kind = 'balance_differs'")
    _allow_kinds(KINDS)
    op.drop_table(TABLE)


def _allow_kinds(kinds: str) -> None:
    name = op.f("ck_payment_discrepancies_kind_known")
    op.drop_constraint(name, "payment_discrepancies", type_="check")
    op.create_check_constraint(name, "payment_discrepancies", f"kind IN ({kinds})")
