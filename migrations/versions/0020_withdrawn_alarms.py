"""alarms of sensors whose readings were declared wrong"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ONCE = "uq_sensor_alarms_device_id_measure_opened_at"


def upgrade() -> None:
    op.add_column("sensor_alarms", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_sensor_alarms_withdrawn_is_closed"),
        "sensor_alarms",
        "withdrawn_at IS NULL OR closed_at IS NOT NULL",
    )
    # A time at which an alarm was withdrawn may be that of a true one.
    op.drop_constraint(op.f(ONCE), "sensor_alarms", type_="unique")
    op.create_index(
        "uq_sensor_alarms_opened_at",
        "sensor_alarms",
        ["device_id", "measure", "opened_at"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_sensor_alarms_opened_at", table_name="sensor_alarms")
    op.execute("DELETE FROM sensor_alarms WHERE withdrawn_at IS NOT NULL")
    op.create_unique_constraint(op.f(ONCE), "sensor_alarms", ["device_id", "measure", "opened_at"])
    op.drop_constraint(op.f("ck_sensor_alarms_withdrawn_is_closed"), "sensor_alarms", type_="check")
    op.drop_column("sensor_alarms", "withdrawn_at")
