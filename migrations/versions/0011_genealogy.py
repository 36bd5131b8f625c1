"""the lot that an item was said to be of, for genealogy"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Items were kept by serial number alone; where the link as it came names the lot too, it stands in the payload.
LOTS_OF_RECORDED_ITEMS = r"""
    UPDATE epcis_event_identifiers i
    SET lot = 'https://id.gs1.org/01/' || found.gtin || '/10/' || found.named[1]
    FROM (
        SELECT item.event_id, item.position, item.gtin, regexp_match(
            e.payload::text,
            '/01/0*' || ltrim(item.gtin, '0') || '/10/([^/"?#]+)'
            || regexp_replace(item.serial, '([][.*+?(){}|^$\\])', '\\\1', 'g') || '["?#]') AS named
        FROM (
            SELECT event_id, position, substr(identifier, 23, 14) AS gtin, substr(identifier, 37) AS serial
            FROM epcis_event_identifiers WHERE identifier LIKE 'https://id.gs1.org/01/______________/21/%'
        ) AS item
        JOIN epcis_events e ON e.id = item.event_id AND e.payload::text LIKE '%/10/%/21/%'
    ) AS found
    WHERE i.event_id = found.event_id AND i.position = found.position AND found.named IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("epcis_event_identifiers", sa.Column("lot", sa.String(length=1000), nullable=True))
    op.execute("ALTER TABLE epcis_event_identifiers DISABLE TRIGGER epcis_event_identifiers_append_only")
    op.get_bind().exec_driver_sql(LOTS_OF_RECORDED_ITEMS.replace("%", "%%"))
    op.execute("ALTER TABLE epcis_event_identifiers ENABLE TRIGGER epcis_event_identifiers_append_only")
    op.create_index(
        "ix_epcis_event_identifiers_lot",
        "epcis_event_identifiers",
        ["lot", "identifier"],
        unique=False,
        postgresql_where=sa.text("lot IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_epcis_event_identifiers_lot",
        table_name="epcis_event_identifiers",
        postgresql_where=sa.text("lot IS NOT NULL"),
    )
    op.drop_column("epcis_event_identifiers", "lot")
