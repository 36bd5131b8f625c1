"""append-only tables and balanced ledger entries"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "epcis_events",
    "epcis_event_identifiers",
    "stock_movements",
    "order_changes",
    "ledger_entries",
    "ledger_postings",
)

SEQUENCES = ("gtin_item_reference", "gln_location_reference", "sscc_serial_reference")

ROLES = (
    ("0199f000-0000-7000-8000-000000000001", "consumer"),
    ("0199f000-0000-7000-8000-000000000002", "producer_member"),
    ("0199f000-0000-7000-8000-000000000003", "stall_holder"),
    ("0199f000-0000-7000-8000-000000000004", "market_manager"),
    ("0199f000-0000-7000-8000-000000000005", "province_officer"),
    ("0199f000-0000-7000-8000-000000000006", "administrator"),
)


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT sum(amount_vnd) FROM ledger_postings WHERE entry_id = NEW.entry_id) <> 0 THEN
                RAISE EXCEPTION 'ledger entry % does not sum to zero', NEW.entry_id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER ledger_postings_balance AFTER INSERT ON ledger_postings "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances()"
    )
    for sequence in SEQUENCES:
        op.execute(f"CREATE SEQUENCE {sequence}")
    for role_id, name in ROLES:
        op.execute(f"INSERT INTO roles (id, name) VALUES ('{role_id}', '{name}')")


def downgrade() -> None:
    op.execute("DELETE FROM roles_users")
    op.execute("DELETE FROM roles")
    for sequence in SEQUENCES:
        op.execute(f"DROP SEQUENCE {sequence}")
    op.execute("DROP TRIGGER ledger_postings_balance ON ledger_postings")
    op.execute("DROP FUNCTION ledger_entry_balances()")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_never_truncated ON {table}")
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
