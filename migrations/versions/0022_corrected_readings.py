"""corrected readings of sensors are kept beside the first"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLE = "sensor_readings"
KEY = "pk_sensor_readings"


def upgrade() -> None:
    op.drop_constraint(op.f(KEY), TABLE, type_="primary")
    op.create_primary_key(op.f(KEY), TABLE, ["device_id", "measure", "measured_at", "event_id"])
    op.execute(
        """
        CREATE VIEW undisputed_sensor_readings AS
        SELECT device_id, measure, measured_at, value, event_id
        FROM sensor_readings
        WHERE NOT EXISTS (
            SELECT FROM epcis_events original
            JOIN epcis_events declared
                ON declared.event_id = original.event_id AND declared.error_declared_at IS NOT NULL
            WHERE original.id = sensor_readings.event_id)
        """
    )
    op.execute(
        """
        CREATE VIEW valid_sensor_readings AS
        SELECT DISTINCT ON (device_id, measure, measured_at) device_id, measure, measured_at, value, event_id
        FROM undisputed_sensor_readings
        ORDER BY device_id, measure, measured_at, event_id DESC
        """
    )


def downgrade() -> None:
    op.execute("DROP VIEW valid_sensor_readings")
    op.execute("DROP VIEW undisputed_sensor_readings")
    op.drop_constraint(op.f(KEY), TABLE, type_="primary")
    # The first value keeps its time, as before; rows are removed by hand that the site itself never removes.
    op.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER {TABLE}_append_only")
    op.execute(
        f"DELETE FROM {TABLE} later USING {TABLE} earlier WHERE earlier.device_id = later.device_id "
        "AND earlier.measure = later.measure AND earlier.measured_at = later.measured_at "
        "AND earlier.event_id < later.event_id"
    )
    op.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER {TABLE}_append_only")
    op.create_primary_key(op.f(KEY), TABLE, ["device_id", "measure", "measured_at"])
