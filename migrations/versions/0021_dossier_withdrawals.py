"""dossiers are withdrawn and replaced"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = "dossier_withdrawals"


def upgrade() -> None:
    op.add_column("dossiers", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_dossiers_replaces_id"), "dossiers", "dossiers", ["replaces_id"], ["id"])
    op.create_unique_constraint(op.f("uq_dossiers_replaces_id"), "dossiers", ["replaces_id"])
    op.create_check_constraint(op.f("ck_dossiers_replaces_another"), "dossiers", "replaces_id <> id")
    op.create_table(
        TABLE,
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_dossier_withdrawals_reason_given")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_dossier_withdrawals_dossier_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_dossier_withdrawals_withdrawn_by")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier_withdrawals")),
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_never_truncated BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_withdrawal_of_what_was_not_issued() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM dossiers WHERE id = NEW.dossier_id AND status = 'issued') THEN
                RAISE EXCEPTION 'only an issued dossier is withdrawn' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_of_issued BEFORE INSERT ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_withdrawal_of_what_was_not_issued()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute("DROP FUNCTION refuse_withdrawal_of_what_was_not_issued()")
    op.drop_constraint(op.f("ck_dossiers_replaces_another"), "dossiers")
    op.drop_constraint(op.f("uq_dossiers_replaces_id"), "dossiers")
    op.drop_constraint(op.f("fk_dossiers_replaces_id"), "dossiers")
    op.drop_column("dossiers", "replaces_id")
