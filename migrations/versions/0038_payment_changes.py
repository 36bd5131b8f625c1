"""every change of state of payments and refunds, written down by the database; who was reminded to pay; boxes of several sizes"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLE = "payment_changes"
UNIT_WITH_CONTENT = "uq_offers_product_id_unit_content_quantity"
NOTE_PAYMENT = """
CREATE FUNCTION note_payment_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.status <> OLD.status THEN
        INSERT INTO payment_changes (payment_id, from_status, to_status, actor_id, reason, changed_at)
        VALUES (NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, NEW.status_by, NEW.status_reason,
                clock_timestamp());
    END IF;
    RETURN NULL;
END
$$
"""
NOTE_REFUND = """
CREATE FUNCTION note_refund_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO payment_changes (payment_id, refund_id, to_status, actor_id, reason, changed_at)
        VALUES (NEW.payment_id, NEW.id, NEW.status, NEW.requested_by, NEW.reason, clock_timestamp());
    ELSIF NEW.status <> OLD.status THEN
        INSERT INTO payment_changes (payment_id, refund_id, from_status, to_status, reason, changed_at)
        VALUES (NEW.payment_id, NEW.id, OLD.status, NEW.status,
                CASE WHEN NEW.status = 'failed' THEN coalesce(NEW.failure, 'Failed')
                     ELSE coalesce('Made at the payment service: ' || NEW.external_id, 'Made at the payment service')
                END,
                clock_timestamp());
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.drop_constraint(op.f("uq_offers_product_id_unit"), "offers", type_="unique")
    op.create_unique_constraint(UNIT_WITH_CONTENT, "offers", ["product_id", "unit", "content_quantity"])
    op.add_column("orders", sa.Column("payment_reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("status_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_payments_status_by_users"), "payments", "users", ["status_by"], ["id"])
    op.add_column("payments", sa.Column("status_reason", sa.String(length=500), nullable=True))
    op.execute("UPDATE payments SET status_reason = coalesce(review_reason, 'Before changes were written down')")
    op.alter_column("payments", "status_reason", nullable=False)
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("from_status", sa.String(length=16), nullable=True),
        sa.Column("to_status", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_payment_changes_actor_id_users")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_changes_payment_id_payments")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_payment_changes_refund_id_refunds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_changes")),
    )
    op.create_index("ix_payment_changes_payment_id", TABLE, ["payment_id", "id"], unique=False)
    op.execute(
        f"INSERT INTO {TABLE} (payment_id, to_status, reason, changed_at) "
        "SELECT id, status, status_reason, coalesce(settled_at, created_at) FROM payments ORDER BY created_at, id"
    )
    op.execute(
        f"INSERT INTO {TABLE} (payment_id, refund_id, to_status, actor_id, reason, changed_at) "
        "SELECT payment_id, id, status, requested_by, reason, coalesce(finished_at, created_at) FROM refunds "
        "ORDER BY created_at, id"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_never_truncated BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for table, name, function in (
        ("payments", "note_payment_change", NOTE_PAYMENT),
        ("refunds", "note_refund_change", NOTE_REFUND),
    ):
        op.execute(function)
        op.execute(
            f"CREATE TRIGGER {table}_noted AFTER INSERT OR UPDATE OF status ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    for table, name in (("payments", "note_payment_change"), ("refunds", "note_refund_change")):
        op.execute(f"DROP TRIGGER {table}_noted ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_table(TABLE)
    op.drop_constraint(op.f("fk_payments_status_by_users"), "payments", type_="foreignkey")
    op.drop_column("payments", "status_reason")
    op.drop_column("payments", "status_by")
    op.drop_column("orders", "payment_reminded_at")
    op.drop_constraint(UNIT_WITH_CONTENT, "offers", type_="unique")
    op.create_unique_constraint(op.f("uq_offers_product_id_unit"), "offers", ["product_id", "unit"])
