"""diary entries as evidence of a self-check, the day a plot was planted, days to wait after a fertiliser"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plots", sa.Column("planted_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_plots_planted_in_its_year"),
        "plots",
        "planted_on IS NULL OR (planting_year IS NOT NULL AND date_part('year', planted_on) = planting_year)",
    )
    op.add_column("input_receipts", sa.Column("harvest_interval_days", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_input_receipts_harvest_interval_range"),
        "input_receipts",
        "harvest_interval_days IS NULL OR (harvest_interval_days BETWEEN 0 AND 365 AND kind <> 'plant_protection')",
    )
    op.alter_column("self_check_evidence", "file_id", nullable=True)
    op.add_column("self_check_evidence", sa.Column("entry_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_self_check_evidence_entry_id"), "self_check_evidence", "diary_entries", ["entry_id"], ["id"]
    )
    op.create_unique_constraint(
        op.f("uq_self_check_evidence_self_check_id_item_id_entry_id"),
        "self_check_evidence",
        ["self_check_id", "item_id", "entry_id"],
    )
    op.create_check_constraint(
        op.f("ck_self_check_evidence_file_or_entry"), "self_check_evidence", "num_nonnulls(file_id, entry_id) = 1"
    )
    op.create_index(op.f("ix_self_check_evidence_entry_id"), "self_check_evidence", ["entry_id"])


def downgrade() -> None:
    # What was shown from the diary cannot be told without these columns; the entries themselves stay.
    op.execute("DELETE FROM self_check_evidence WHERE file_id IS NULL")
    op.drop_column("self_check_evidence", "entry_id")
    op.alter_column("self_check_evidence", "file_id", nullable=False)
    op.drop_constraint(op.f("ck_input_receipts_harvest_interval_range"), "input_receipts")
    op.drop_column("input_receipts", "harvest_interval_days")
    op.drop_constraint(op.f("ck_plots_planted_in_its_year"), "plots")
    op.drop_column("plots", "planted_on")
