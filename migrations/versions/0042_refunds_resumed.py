"""refunds that failed, tried again or paid by bank transfer; cash given back outside a return that did not come;
goods that are sent again; what the site's courier costs is the site's to say"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

REFUND_STATUSES = "'pending', 'succeeded', 'failed'"
RESOLUTIONS = "'refunded', 'accepted', 'noted', 'settled'"
NEW_RESOLUTIONS = "'refunded', 'accepted', 'noted', 'retried', 'transferred', 'settled'"
NOTE_REFUND = """
CREATE OR REPLACE FUNCTION note_refund_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO payment_changes (payment_id, refund_id, to_status, actor_id, reason, changed_at)
        VALUES (NEW.payment_id, NEW.id, NEW.status, NEW.requested_by, NEW.reason, clock_timestamp());
    ELSIF NEW.status <> OLD.status THEN
        INSERT INTO payment_changes (payment_id, refund_id, from_status, to_status, {actor}reason, changed_at)
        VALUES (NEW.payment_id, NEW.id, OLD.status, NEW.status, {transferred_by}
                CASE WHEN NEW.status = 'failed' THEN coalesce(NEW.failure, 'Failed')
                     {transferred}
                     ELSE coalesce('Made at the payment service: ' || NEW.external_id, 'Made at the payment service')
                END,
                clock_timestamp());
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.add_column("refunds", sa.Column("retry_of", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_refunds_retry_of_refunds"), "refunds", "refunds", ["retry_of"], ["id"])
    op.create_unique_constraint(op.f("uq_refunds_retry_of"), "refunds", ["retry_of"])
    op.add_column("refunds", sa.Column("transferred_on", sa.Date(), nullable=True))
    op.add_column("refunds", sa.Column("transfer_reference", sa.String(length=140), nullable=True))
    op.add_column("refunds", sa.Column("transferred_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_refunds_transferred_by_users"), "refunds", "users", ["transferred_by"], ["id"])
    _replace("refunds", "status_known", f"status IN ({REFUND_STATUSES}, 'transferred')")
    op.create_check_constraint(
        op.f("ck_refunds_transferred_by_somebody"),
        "refunds",
        "num_nonnulls(transferred_on, transfer_reference, transferred_by)"
        " = CASE WHEN status = 'transferred' THEN 3 ELSE 0 END",
    )
    _replace("payment_discrepancies", "resolution_known", f"resolution IN ({NEW_RESOLUTIONS})")
    for column in ("missing_words", "closed_words"):
        op.add_column("cash_returns", sa.Column(column, sa.String(length=500), nullable=True))
    op.create_table(
        "replacement_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("sscc", sa.String(length=18), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_replacement_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_replacement_lines_order_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_replacement_lines_lot_id_lots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacement_lines")),
        sa.UniqueConstraint("order_line_id", "sscc", name=op.f("uq_replacement_lines_order_line_id_sscc")),
    )
    op.create_index("ix_replacement_lines_lot_id", "replacement_lines", ["lot_id"], unique=False)
    op.add_column("returns", sa.Column("replacement_sscc", sa.String(length=18), nullable=True))
    op.add_column("returns", sa.Column("replacement_sent_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_returns_replacement_sscc"), "returns", ["replacement_sscc"])
    op.create_check_constraint(
        op.f("ck_returns_replaced_at_a_time"),
        "returns",
        "num_nulls(replacement_sscc, replacement_sent_at) IN (0, 2)",
    )
    # The site never set these fees, and does not drive cooled goods: from now on, such methods are the producers'.
    op.execute("UPDATE delivery_methods SET carrier = 'producer' WHERE carrier = 'site' AND kind <> 'courier'")
    op.execute("UPDATE delivery_methods SET free_from_vnd = NULL WHERE carrier = 'site'")
    op.create_check_constraint(
        op.f("ck_delivery_methods_site_courier_as_the_site_says"),
        "delivery_methods",
        "carrier = 'producer' OR kind = 'courier' AND free_from_vnd IS NULL",
    )
    op.create_table(
        "site_courier_fees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("same_province_vnd", sa.BigInteger(), nullable=False),
        sa.Column("other_province_vnd", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "same_province_vnd BETWEEN 0 AND 10000000 AND other_province_vnd BETWEEN 0 AND 10000000",
            name=op.f("ck_site_courier_fees_fee_range"),
        ),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_site_courier_fees_set_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_courier_fees")),
    )
    op.execute(
        NOTE_REFUND.format(
            actor="actor_id, ",
            transferred_by="NEW.transferred_by,",
            transferred="WHEN NEW.status = 'transferred' THEN 'Paid by bank transfer: ' || NEW.transfer_reference",
        )
    )


def downgrade() -> None:
    op.execute(NOTE_REFUND.format(actor="", transferred_by="", transferred=""))
    op.drop_table("site_courier_fees")
    op.drop_constraint(op.f("ck_delivery_methods_site_courier_as_the_site_says"), "delivery_methods", type_="check")
    op.drop_constraint(op.f("ck_returns_replaced_at_a_time"), "returns", type_="check")
    for column in ("replacement_sent_at", "replacement_sscc"):
        op.drop_column("returns", column)
    op.drop_table("replacement_lines")
    for column in ("closed_words", "missing_words"):
        op.drop_column("cash_returns", column)
    op.execute("UPDATE payment_discrepancies SET resolution = 'settled' WHERE resolution IN ('retried', 'transferred')")
    _replace("payment_discrepancies", "resolution_known", f"resolution IN ({RESOLUTIONS})")
    op.drop_constraint(op.f("ck_refunds_transferred_by_somebody"), "refunds", type_="check")
    # What the bank paid stays in the ledger; before, it was noted on the list of what to look at only.
    op.execute("UPDATE refunds SET status = 'failed' WHERE status = 'transferred'")
    _replace("refunds", "status_known", f"status IN ({REFUND_STATUSES})")
    for column in ("transferred_by", "transfer_reference", "transferred_on", "retry_of"):
        op.drop_column("refunds", column)


def _replace(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
