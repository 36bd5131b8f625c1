"""sensors: devices, what they stand beside, readings and alarms"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MEASURE_KNOWN = "measure IN ('temperature', 'humidity')"
SCOPES_BEFORE = "'capture', 'read', 'subscribe'"
SCOPES = f"{SCOPES_BEFORE}, 'sensor'"


def upgrade() -> None:
    _allow_scopes(SCOPES)
    _make_devices()
    op.create_table(
        "sensor_readings",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(MEASURE_KNOWN, name=op.f("ck_sensor_readings_measure_known")),
        sa.ForeignKeyConstraint(["device_id"], ["sensor_devices.id"], name=op.f("fk_sensor_readings_device_id")),
        sa.ForeignKeyConstraint(["event_id"], ["epcis_events.id"], name=op.f("fk_sensor_readings_event_id")),
        sa.PrimaryKeyConstraint("device_id", "measure", "measured_at", name=op.f("pk_sensor_readings")),
    )
    op.execute(
        "CREATE TRIGGER sensor_readings_append_only BEFORE UPDATE OR DELETE ON sensor_readings "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER sensor_readings_never_truncated BEFORE TRUNCATE ON sensor_readings "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "sensor_alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("minimum", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("worst", sa.Float(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(MEASURE_KNOWN, name=op.f("ck_sensor_alarms_measure_known")),
        sa.CheckConstraint("closed_at > opened_at", name=op.f("ck_sensor_alarms_ends_after_it_begins")),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
            name=op.f("ck_sensor_alarms_acknowledged_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["users.id"], name=op.f("fk_sensor_alarms_acknowledged_by")),
        sa.ForeignKeyConstraint(["device_id"], ["sensor_devices.id"], name=op.f("fk_sensor_alarms_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensor_alarms")),
        sa.UniqueConstraint("device_id", "measure", "opened_at", name=op.f("uq_sensor_alarms_device_id_measure_opened_at")),
    )


def downgrade() -> None:
    for table in ("sensor_alarms", "sensor_readings", "sensor_attachments", "sensor_ranges", "sensor_devices"):
        op.drop_table(table)
    op.execute("DELETE FROM api_tokens WHERE 'sensor' = ANY (scopes)")
    _allow_scopes(SCOPES_BEFORE)


def _allow_scopes(scopes: str) -> None:
    op.drop_constraint(op.f("ck_api_tokens_scopes_known"), "api_tokens")
    op.create_check_constraint(
        op.f("ck_api_tokens_scopes_known"), "api_tokens", f"cardinality(scopes) > 0 AND scopes <@ ARRAY[{scopes}]"
    )


def _make_devices() -> None:
    op.create_table(
        "sensor_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("giai", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("giai ~ '^[0-9]{4,12}[0-9A-Z]{1,18}$'", name=op.f("ck_sensor_devices_giai_form")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_sensor_devices_created_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_sensor_devices_producer_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_tokens.id"], name=op.f("fk_sensor_devices_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensor_devices")),
        sa.UniqueConstraint("giai", name=op.f("uq_sensor_devices_giai")),
        sa.UniqueConstraint("producer_id", "name", name=op.f("uq_sensor_devices_producer_id_name")),
        sa.UniqueConstraint("token_id", name=op.f("uq_sensor_devices_token_id")),
    )
    op.create_table(
        "sensor_ranges",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("minimum", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("minutes_allowed", sa.Integer(), nullable=False),
        sa.CheckConstraint(MEASURE_KNOWN, name=op.f("ck_sensor_ranges_measure_known")),
        sa.CheckConstraint("minimum < maximum", name=op.f("ck_sensor_ranges_minimum_below_maximum")),
        sa.CheckConstraint("minutes_allowed BETWEEN 0 AND 10080", name=op.f("ck_sensor_ranges_minutes_range")),
        sa.ForeignKeyConstraint(["device_id"], ["sensor_devices.id"], name=op.f("fk_sensor_ranges_device_id")),
        sa.PrimaryKeyConstraint("device_id", "measure", name=op.f("pk_sensor_ranges")),
    )
    op.create_table(
        "sensor_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("sscc", sa.String(length=18), nullable=True),
        sa.Column("attached_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attached_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attached_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(lot_id IS NULL) <> (sscc IS NULL)", name=op.f("ck_sensor_attachments_lot_or_unit")),
        sa.CheckConstraint("sscc ~ '^[0-9]{18}$'", name=op.f("ck_sensor_attachments_sscc_form")),
        sa.CheckConstraint("attached_until > attached_from", name=op.f("ck_sensor_attachments_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["attached_by"], ["users.id"], name=op.f("fk_sensor_attachments_attached_by")),
        sa.ForeignKeyConstraint(["device_id"], ["sensor_devices.id"], name=op.f("fk_sensor_attachments_device_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_sensor_attachments_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensor_attachments")),
    )
    op.create_index(
        "uq_sensor_attachments_current",
        "sensor_attachments",
        ["device_id"],
        unique=True,
        postgresql_where=sa.text("attached_until IS NULL"),
    )
    op.create_index("ix_sensor_attachments_device_id", "sensor_attachments", ["device_id", "attached_from"])
    op.create_index("ix_sensor_attachments_lot_id", "sensor_attachments", ["lot_id"])
    op.create_index("ix_sensor_attachments_sscc", "sensor_attachments", ["sscc"])
