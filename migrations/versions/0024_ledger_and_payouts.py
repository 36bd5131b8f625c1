"""days and closed months of the ledger, bank accounts, payout runs"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

APPEND_ONLY = ("ledger_accounts", "ledger_month_closes", "bank_accounts")


def upgrade() -> None:
    _date_entries()
    _close_months()
    _make_payouts()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _date_entries() -> None:
    op.add_column("ledger_entries", sa.Column("reference", sa.String(length=40), nullable=True))
    op.add_column("ledger_entries", sa.Column("happened_on", sa.Date(), nullable=True))
    op.add_column("ledger_entries", sa.Column("booked_on", sa.Date(), nullable=True))
    # Entries from before count for the day in Vietnam on which they were entered.
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_append_only")
    op.execute(
        "UPDATE ledger_entries SET happened_on = (entered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, "
        "booked_on = (entered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_append_only")
    op.alter_column("ledger_entries", "happened_on", nullable=False)
    op.alter_column("ledger_entries", "booked_on", nullable=False)
    op.create_check_constraint(
        op.f("ck_ledger_entries_booked_after_it_happened"), "ledger_entries", "booked_on >= happened_on"
    )
    op.create_index("ix_ledger_entries_booked_on", "ledger_entries", ["booked_on", "id"], unique=False)
    op.add_column("ledger_postings", sa.Column("part", sa.String(length=12), nullable=True))
    op.create_check_constraint(
        op.f("ck_ledger_postings_part_known"),
        "ledger_postings",
        "part IN ('goods', 'commission', 'refund', 'payout', 'adjustment')",
    )


def _close_months() -> None:
    op.create_table(
        "ledger_month_closes",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_ledger_month_closes_first_day")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_ledger_month_closes_closed_by")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_ledger_month_closes")),
    )
    # Who enters holds the lock shared until the end of the transaction; who closes a month takes it alone. So a month
    # is closed only when nobody is about to enter something in it.
    op.execute(
        """
        CREATE FUNCTION first_open_ledger_day() RETURNS date LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(hashtextextended('ledger_month_close', 0));
            RETURN (SELECT (max(month) + interval '1 month')::date FROM ledger_month_closes);
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION book_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            first_open date := first_open_ledger_day();
        BEGIN
            IF NEW.booked_on IS NULL THEN
                NEW.booked_on := greatest(NEW.happened_on, first_open);
            ELSIF NEW.booked_on < first_open THEN
                RAISE EXCEPTION 'the month of % is closed in the ledger', NEW.booked_on
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER ledger_entries_booked BEFORE INSERT ON ledger_entries "
        "FOR EACH ROW EXECUTE FUNCTION book_ledger_entry()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_posting_in_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT booked_on FROM ledger_entries WHERE id = NEW.entry_id) < first_open_ledger_day() THEN
                RAISE EXCEPTION 'the month of ledger entry % is closed', NEW.entry_id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER ledger_postings_open_month BEFORE INSERT ON ledger_postings "
        "FOR EACH ROW EXECUTE FUNCTION refuse_posting_in_closed_month()"
    )


def _make_payouts() -> None:
    op.create_table(
        "payout_terms",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=True),
        sa.Column("hold_days", sa.SmallInteger(), nullable=False),
        sa.Column("minimum_vnd", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_payout_terms_only_one")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_payout_terms_weekday_known")),
        sa.CheckConstraint("hold_days BETWEEN 0 AND 60", name=op.f("ck_payout_terms_hold_days_range")),
        sa.CheckConstraint("minimum_vnd BETWEEN 1000 AND 99999999", name=op.f("ck_payout_terms_minimum_range")),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_payout_terms_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_terms")),
    )
    op.execute("INSERT INTO payout_terms (id, hold_days, minimum_vnd, changed_at) VALUES (1, 3, 50000, now())")
    op.create_table(
        "bank_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("bank_bin", sa.String(length=6), nullable=False),
        sa.Column("account_number", sa.String(length=19), nullable=False),
        sa.Column("holder_name", sa.String(length=80), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("bank_bin ~ '^[0-9]{6}$'", name=op.f("ck_bank_accounts_bank_bin_form")),
        sa.CheckConstraint("account_number ~ '^[0-9]{6,19}$'", name=op.f("ck_bank_accounts_account_number_form")),
        sa.CheckConstraint("holder_name <> ''", name=op.f("ck_bank_accounts_holder_named")),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_bank_accounts_entered_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_bank_accounts_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
    )
    op.create_index("ix_bank_accounts_producer_id", "bank_accounts", ["producer_id", "id"], unique=False)
    op.create_table(
        "payout_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("scheduled_on", sa.Date(), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('drafted', 'approved', 'exported', 'finished', 'cancelled')",
            name=op.f("ck_payout_runs_status_known"),
        ),
        sa.CheckConstraint("approved_by <> drafted_by", name=op.f("ck_payout_runs_approved_by_another")),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_payout_runs_approved_by_somebody")
        ),
        sa.CheckConstraint(
            "(status IN ('drafted', 'cancelled')) = (approved_at IS NULL)", name=op.f("ck_payout_runs_approved_once")
        ),
        sa.CheckConstraint(
            "status NOT IN ('exported', 'finished') OR exported_at IS NOT NULL",
            name=op.f("ck_payout_runs_exported_once"),
        ),
        sa.CheckConstraint(
            "(status = 'finished') = (finished_at IS NOT NULL)", name=op.f("ck_payout_runs_finished_once")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_payout_runs_approved_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["users.id"], name=op.f("fk_payout_runs_drafted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_runs")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_runs_number")),
        sa.UniqueConstraint("scheduled_on", name=op.f("uq_payout_runs_scheduled_on")),
    )
    op.create_index("ix_payout_runs_drafted_at", "payout_runs", ["drafted_at", "id"], unique=False)
    op.create_table(
        "payout_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("bank_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("failure_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_payout_lines_amount_positive")),
        sa.CheckConstraint(
            "status IN ('drafted', 'in_transit', 'paid', 'failed', 'cancelled')",
            name=op.f("ck_payout_lines_status_known"),
        ),
        sa.CheckConstraint(
            "(status IN ('paid', 'failed')) = (settled_at IS NOT NULL)"
            " AND (status = 'failed') = (failure_reason IS NOT NULL)",
            name=op.f("ck_payout_lines_settled_once"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_accounts.id"], name=op.f("fk_payout_lines_bank_account_id")
        ),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_payout_lines_producer_id")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_runs.id"], name=op.f("fk_payout_lines_run_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_payout_lines_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_lines")),
        sa.UniqueConstraint("run_id", "producer_id", name=op.f("uq_payout_lines_run_id_producer_id")),
    )
    op.create_index("ix_payout_lines_producer_id", "payout_lines", ["producer_id", "id"], unique=False)
    op.create_index(
        "uq_payout_lines_drafted_producer",
        "payout_lines",
        ["producer_id"],
        unique=True,
        postgresql_where=sa.text("status = 'drafted'"),
    )


def downgrade() -> None:
    for table in ("payout_lines", "payout_runs", "bank_accounts", "payout_terms"):
        op.drop_table(table)
    op.execute("DROP TRIGGER ledger_accounts_append_only ON ledger_accounts")
    op.execute("DROP TRIGGER ledger_accounts_never_truncated ON ledger_accounts")
    op.execute("DROP TRIGGER ledger_postings_open_month ON ledger_postings")
    op.execute("DROP TRIGGER ledger_entries_booked ON ledger_entries")
    op.execute("DROP FUNCTION refuse_posting_in_closed_month()")
    op.execute("DROP FUNCTION book_ledger_entry()")
    op.execute("DROP FUNCTION first_open_ledger_day()")
    op.drop_table("ledger_month_closes")
    op.drop_constraint(op.f("ck_ledger_postings_part_known"), "ledger_postings")
    op.drop_column("ledger_postings", "part")
    op.drop_index("ix_ledger_entries_booked_on", table_name="ledger_entries")
    op.drop_constraint(op.f("ck_ledger_entries_booked_after_it_happened"), "ledger_entries")
    for column in ("booked_on", "happened_on", "reference"):
        op.drop_column("ledger_entries", column)
