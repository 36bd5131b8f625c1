"""refunds that the site could not make by itself wait for a person"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

KINDS = (
    "'payment_differs', 'payment_missing', 'unknown_payment', 'refund_failed', 'refund_differs', "
    "'refund_missing', 'unknown_refund', 'dispute_differs', 'unknown_dispute', 'unknown_movement', "
    "'balance_differs'"
)


def upgrade() -> None:
    _know(f"{KINDS}, 'refund_not_made'")


def downgrade() -> None:
    op.execute("DELETE FROM payment_discrepancies WHERE kind = 'refund_not_made'")
    _know(KINDS)


def _know(kinds: str) -> None:
    name = op.f("ck_payment_discrepancies_kind_known")
    op.drop_constraint(name, "payment_discrepancies", type_="check")
    op.create_check_constraint(name, "payment_discrepancies", f"kind IN ({kinds})")
