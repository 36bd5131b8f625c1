"""the ends of what joins two things in the journal, kept by triggers, for genealogy"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# One row for each object that an event joins to others. Events with one transformationID are one joining, so the key of
# theirs comes of it. Of an aggregation with the action DELETE only the container stays: that it was emptied.
ENDS = """
    SELECT coalesce(
               (SELECT substr(encode(sha256(convert_to(run, 'UTF8')), 'hex'), 1, 32)::uuid FROM unnest(e.terms) AS run
                WHERE e.event_type = 'TransformationEvent' AND run LIKE 'transformationID=%' LIMIT 1),
               e.id) AS joining,
           CASE WHEN e.action = 'DELETE' THEN 'emptied'
                WHEN i.role IN ('output', 'output_quantity', 'parent') THEN 'out' ELSE 'in' END AS side,
           i.event_id, i.position, i.identifier,
           i.role, e.event_id AS event_uri, e.event_time, e.biz_step, i.quantity, i.unit_of_measure
    FROM {identifiers_with_events}
    WHERE i.role IN ('input', 'input_quantity', 'child', 'child_quantity', 'output', 'output_quantity', 'parent')
      AND e.event_type IN ('TransformationEvent', 'AggregationEvent')
      AND (e.action IS DISTINCT FROM 'DELETE' OR i.role = 'parent')
      AND e.error_declared_at IS NULL
      AND NOT EXISTS (SELECT FROM epcis_events wrong
                      WHERE wrong.event_id = e.event_id AND wrong.error_declared_at IS NOT NULL)
"""
OF_JOURNAL = "epcis_event_identifiers i JOIN epcis_events e ON e.id = i.event_id"
OF_ADDED = "added i CROSS JOIN LATERAL (SELECT * FROM epcis_events e WHERE e.id = i.event_id LIMIT 1) AS e"
COLUMNS = (
    "joining, side, event_id, position, identifier, role, event_uri, event_time, biz_step, quantity, unit_of_measure"
)

# A plan is kept as long as the connection is: one over whole tables, made while they were small, would grow with them.
# LATERAL and LIMIT leave nothing but a look into an index for each row.
ADD_ENDS = f"""
    CREATE FUNCTION add_genealogy_ends() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    BEGIN
        INSERT INTO genealogy_ends ({COLUMNS}) {ENDS.format(identifiers_with_events=OF_ADDED)};
        RETURN NULL;
    END $$
"""
REMOVE_ENDS = """
    CREATE FUNCTION remove_genealogy_ends() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    BEGIN
        DELETE FROM genealogy_ends USING epcis_events wrong, epcis_event_identifiers named
        WHERE wrong.event_id = NEW.event_id AND wrong.error_declared_at IS NULL AND named.event_id = wrong.id
          AND genealogy_ends.identifier = named.identifier AND genealogy_ends.event_id = wrong.id;
        RETURN NULL;
    END $$
"""

# A DELETE without children empties the container (EPCIS 2.0 §7.4.3.1). A function, so that the statements around it
# need not plan the look-up: few containers are ever emptied while anybody asks.
TAKEN_OUT = """
    CREATE FUNCTION genealogy_taken_out(container text, content text, packed_at timestamptz, packed_in uuid)
    RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
    BEGIN
        RETURN (
            SELECT coalesce(min(moment) FILTER (WHERE is_out AND (wholly OR balance <= 0)), 'infinity')
            FROM (
                SELECT d.event_time AS moment, d.action = 'DELETE' AS is_out, inside.quantity IS NULL AS wholly,
                       sum(CASE d.action WHEN 'ADD' THEN inside.quantity ELSE -inside.quantity END)
                           OVER (ORDER BY d.event_time, d.id) AS balance
                FROM epcis_event_identifiers parent
                JOIN epcis_events d ON d.id = parent.event_id
                LEFT JOIN epcis_event_identifiers inside
                    ON inside.event_id = d.id AND inside.identifier = content
                    AND inside.role IN ('child', 'child_quantity')
                WHERE parent.identifier = container AND parent.role = 'parent'
                  AND d.event_type = 'AggregationEvent' AND d.action IN ('ADD', 'DELETE')
                  AND (d.event_time, d.id) >= (packed_at, packed_in)
                  AND (inside.event_id IS NOT NULL OR d.action = 'DELETE' AND NOT EXISTS (
                      SELECT FROM epcis_event_identifiers named
                      WHERE named.event_id = d.id AND named.role IN ('child', 'child_quantity')))
                  AND d.error_declared_at IS NULL AND NOT EXISTS (
                      SELECT FROM epcis_events wrong
                      WHERE wrong.event_id = d.event_id AND wrong.error_declared_at IS NOT NULL)
            ) AS history
        );
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "genealogy_ends",
        sa.Column("joining", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(length=1000), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("event_uri", sa.String(length=1000), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("biz_step", sa.String(length=1000), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("unit_of_measure", sa.String(length=20), nullable=True),
        sa.CheckConstraint("side IN ('in', 'out', 'emptied')", name=op.f("ck_genealogy_ends_side_known")),
    )
    # The triggers lock the journal until the end of the migration, so nothing is written between them and the filling.
    for statement in (
        f"CREATE VIEW genealogy_ends_of_journal AS {ENDS.format(identifiers_with_events=OF_JOURNAL)}",
        ADD_ENDS,
        REMOVE_ENDS,
        TAKEN_OUT,
        "CREATE TRIGGER epcis_event_identifiers_joined AFTER INSERT ON epcis_event_identifiers "
        "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_genealogy_ends()",
        "CREATE TRIGGER epcis_events_declared_wrong AFTER INSERT ON epcis_events "
        "FOR EACH ROW WHEN (NEW.error_declared_at IS NOT NULL) EXECUTE FUNCTION remove_genealogy_ends()",
        f"INSERT INTO genealogy_ends ({COLUMNS}) SELECT {COLUMNS} FROM genealogy_ends_of_journal "
        "ORDER BY event_id, position",
    ):
        op.execute(statement)
    op.create_primary_key(op.f("pk_genealogy_ends"), "genealogy_ends", ["joining", "side", "event_id", "position"])
    op.create_index("ix_genealogy_ends_identifier", "genealogy_ends", ["identifier", "side"], unique=False)


def downgrade() -> None:
    op.execute("DROP TRIGGER epcis_events_declared_wrong ON epcis_events")
    op.execute("DROP TRIGGER epcis_event_identifiers_joined ON epcis_event_identifiers")
    for function in ("genealogy_taken_out", "remove_genealogy_ends", "add_genealogy_ends"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP VIEW genealogy_ends_of_journal")
    op.drop_index("ix_genealogy_ends_identifier", table_name="genealogy_ends")
    op.drop_table("genealogy_ends")
