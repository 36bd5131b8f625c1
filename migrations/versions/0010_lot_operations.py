"""what is done to lots, and a ledger of who holds how much of them that the database keeps in balance"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = "0009"
branch_labels = None
depends_on = None


QUANTITY_FITS_WEIGHT = (
    "CASE unit WHEN 'kg' THEN quantity = weight_grams / 1000 WHEN '100g' THEN quantity = weight_grams / 100 "
    "ELSE quantity > 0 END"
)

# What moves changes the holdings, all rows of a statement at once. More must be there than leaves (the CHECK of
# lot_holdings); what came into being of a lot is its weight and at most its tolerance more; the lots that an operation
# made weigh at most what it used and its tolerance more. Only the operation that a lot names makes it, and it uses
# nothing afterwards: no lot can come to be made of itself, through however many others.
APPLY_MOVEMENTS = """
    CREATE FUNCTION apply_lot_movements() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        leaving bigint;
        found bigint;
        wrong uuid;
    BEGIN
        INSERT INTO lot_holdings (lot_id, holder_id, status, sscc, grams, units)
        SELECT lot_id, to_holder_id, to_status, to_sscc, sum(grams), sum(units) FROM moved
        WHERE to_status IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (lot_id, holder_id, status, sscc) DO UPDATE
        SET grams = lot_holdings.grams + EXCLUDED.grams, units = lot_holdings.units + EXCLUDED.units;

        SELECT count(DISTINCT (lot_id, from_holder_id, from_status, from_sscc)) INTO leaving FROM moved
        WHERE from_status IS NOT NULL;
        IF leaving > 0 THEN
            UPDATE lot_holdings h SET grams = h.grams - m.grams, units = h.units - m.units FROM (
                SELECT lot_id, from_holder_id, from_status, from_sscc, sum(grams) AS grams, sum(units) AS units
                FROM moved WHERE from_status IS NOT NULL GROUP BY 1, 2, 3, 4) m
            WHERE (h.lot_id, h.holder_id, h.status, h.sscc)
                = (m.lot_id, m.from_holder_id, m.from_status, m.from_sscc);
            GET DIAGNOSTICS found = ROW_COUNT;
            IF found < leaving THEN
                RAISE EXCEPTION 'goods leave a place of the ledger where there are none'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'never_more_out_than_in';
            END IF;
        END IF;

        -- What is used was there before what is made of it: never in one breath, and nothing is used afterwards.
        SELECT m.operation_id INTO wrong FROM moved m
        WHERE m.to_status = 'used' AND (
            EXISTS (SELECT FROM moved made WHERE made.from_status IS NULL AND made.lot_id = m.lot_id
                    AND made.operation_id = (SELECT made_by_id FROM lots WHERE id = m.lot_id))
            OR EXISTS (SELECT FROM lots l JOIN lot_movements before ON before.lot_id = l.id
                       WHERE l.made_by_id = m.operation_id AND before.id NOT IN (SELECT id FROM moved)))
        LIMIT 1;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'operation % uses what is made of what it makes', wrong
                USING ERRCODE = 'check_violation', CONSTRAINT = 'no_lot_made_of_itself';
        END IF;

        IF EXISTS (SELECT FROM moved WHERE from_status IS NULL OR to_status IS NULL) THEN
            -- Two holders may find more of one lot at the same time.
            PERFORM FROM lots WHERE id IN (
                SELECT m.lot_id FROM moved m JOIN lots l ON l.id = m.lot_id
                WHERE (m.from_status IS NULL OR m.to_status IS NULL) AND m.operation_id IS DISTINCT FROM l.made_by_id)
            ORDER BY id FOR NO KEY UPDATE;
            SELECT l.id INTO wrong FROM lots l
            WHERE l.id IN (SELECT lot_id FROM moved WHERE from_status IS NULL OR to_status IS NULL)
                AND (SELECT sum(h.grams) FROM lot_holdings h WHERE h.lot_id = l.id)
                    NOT BETWEEN l.weight_grams AND l.weight_grams + l.tolerance_grams
            LIMIT 1;
            IF wrong IS NOT NULL THEN
                RAISE EXCEPTION 'what came into being of lot % is not its weight', wrong
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'lot_weighs_what_it_weighed';
            END IF;
            SELECT o.id INTO wrong FROM lot_operations o
            WHERE o.id IN (
                    SELECT m.operation_id FROM moved m JOIN lots l ON l.id = m.lot_id
                    WHERE m.from_status IS NULL AND l.made_by_id = m.operation_id)
                AND (SELECT coalesce(sum(m.grams) FILTER (WHERE m.from_status IS NULL AND l.made_by_id = o.id), 0)
                        - coalesce(sum(m.grams) FILTER (WHERE m.to_status = 'used'), 0)
                     FROM lot_movements m JOIN lots l ON l.id = m.lot_id WHERE m.operation_id = o.id)
                    > o.tolerance_grams
            LIMIT 1;
            IF wrong IS NOT NULL THEN
                RAISE EXCEPTION 'operation % made more than it used', wrong
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'no_more_made_than_used';
            END IF;
        END IF;
        RETURN NULL;
    END $$
"""

REFUSE_HOLDING = """
    CREATE FUNCTION refuse_lot_holding() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'holdings of lots change by movements only' USING ERRCODE = 'integrity_constraint_violation';
    END $$
"""

CHECK_BALANCE = """
    CREATE FUNCTION check_lot_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT sum(h.grams) NOT BETWEEN l.weight_grams AND l.weight_grams + l.tolerance_grams
            FROM lots l JOIN lot_holdings h ON h.lot_id = l.id WHERE l.id = NEW.id GROUP BY l.id) THEN
            RAISE EXCEPTION 'the weight of lot % is not what came into being of it', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'lot_weighs_what_it_weighed';
        END IF;
        RETURN NULL;
    END $$
"""

APPEND_ONLY = ("lot_operations", "lot_movements")

LEDGER = (
    APPLY_MOVEMENTS,
    REFUSE_HOLDING,
    CHECK_BALANCE,
    "CREATE TRIGGER lot_movements_apply AFTER INSERT ON lot_movements REFERENCING NEW TABLE AS moved "
    "FOR EACH STATEMENT EXECUTE FUNCTION apply_lot_movements()",
    "CREATE TRIGGER lot_holdings_follow BEFORE INSERT OR UPDATE OR DELETE ON lot_holdings FOR EACH ROW "
    "WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_lot_holding()",
    "CREATE CONSTRAINT TRIGGER lots_keep_their_balance AFTER UPDATE OF weight_grams, tolerance_grams ON lots "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_lot_balance()",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ),
    *(
        f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ),
)


def upgrade() -> None:
    op.create_table('logistic_units',
    sa.Column('sscc', sa.String(length=18), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('holder_id', sa.Uuid(), nullable=False),
    sa.Column('parent_sscc', sa.String(length=18), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('crate', 'pallet', 'parcel')", name=op.f('ck_logistic_units_kind_known')),
    sa.CheckConstraint("parent_sscc IS NULL OR kind = 'crate'", name=op.f('ck_logistic_units_crates_on_pallets_only')),
    sa.CheckConstraint("sscc ~ '^[0-9]{18}$'", name=op.f('ck_logistic_units_sscc_form')),
    sa.CheckConstraint("status IN ('packed', 'in_transit', 'dispatched', 'unpacked')", name=op.f('ck_logistic_units_status_known')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_logistic_units_created_by')),
    sa.ForeignKeyConstraint(['holder_id'], ['producers.id'], name=op.f('fk_logistic_units_holder_id')),
    sa.ForeignKeyConstraint(['parent_sscc'], ['logistic_units.sscc'], name=op.f('fk_logistic_units_parent_sscc')),
    sa.PrimaryKeyConstraint('sscc', name=op.f('pk_logistic_units'))
    )
    op.create_index('ix_logistic_units_holder_id', 'logistic_units', ['holder_id', 'sscc'], unique=False)
    op.create_index(op.f('ix_logistic_units_parent_sscc'), 'logistic_units', ['parent_sscc'], unique=False)
    op.create_table('shipments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('sender_id', sa.Uuid(), nullable=False),
    sa.Column('receiver_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('sent_by', sa.Uuid(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.CheckConstraint("(status = 'sent') = (settled_at IS NULL)", name=op.f('ck_shipments_settled_once')),
    sa.CheckConstraint("status IN ('sent', 'received', 'partly_received', 'refused')", name=op.f('ck_shipments_status_known')),
    sa.CheckConstraint("status NOT IN ('partly_received', 'refused') OR reason IS NOT NULL", name=op.f('ck_shipments_difference_explained')),
    sa.CheckConstraint('sender_id <> receiver_id', name=op.f('ck_shipments_between_two_parties')),
    sa.ForeignKeyConstraint(['receiver_id'], ['producers.id'], name=op.f('fk_shipments_receiver_id')),
    sa.ForeignKeyConstraint(['sender_id'], ['producers.id'], name=op.f('fk_shipments_sender_id')),
    sa.ForeignKeyConstraint(['sent_by'], ['users.id'], name=op.f('fk_shipments_sent_by')),
    sa.ForeignKeyConstraint(['settled_by'], ['users.id'], name=op.f('fk_shipments_settled_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipments')),
    sa.UniqueConstraint('number', name=op.f('uq_shipments_number'))
    )
    op.create_index('ix_shipments_receiver_id', 'shipments', ['receiver_id', 'id'], unique=False)
    op.create_index('ix_shipments_sender_id', 'shipments', ['sender_id', 'id'], unique=False)
    op.create_table('lot_operations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('holder_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=True),
    sa.Column('tolerance_grams', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.Column('counterpart', sa.String(length=160), nullable=True),
    sa.Column('photo_key', sa.String(length=80), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind <> 'destroying' OR reason IS NOT NULL", name=op.f('ck_lot_operations_destroying_explained')),
    sa.CheckConstraint("kind IN ('grading', 'mixing', 'splitting', 'processing', 'packing', 'unpacking', 'shipping', 'receiving', 'selling', 'destroying', 'correction')", name=op.f('ck_lot_operations_kind_known')),
    sa.CheckConstraint('tolerance_grams >= 0', name=op.f('ck_lot_operations_tolerance_not_negative')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_lot_operations_created_by')),
    sa.ForeignKeyConstraint(['event_id'], ['epcis_events.id'], name=op.f('fk_lot_operations_event_id')),
    sa.ForeignKeyConstraint(['holder_id'], ['producers.id'], name=op.f('fk_lot_operations_holder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot_operations'))
    )
    op.create_index(op.f('ix_lot_operations_event_id'), 'lot_operations', ['event_id'], unique=False)
    op.create_index('ix_lot_operations_holder_id', 'lot_operations', ['holder_id', 'id'], unique=False)
    op.create_table('shipment_units',
    sa.Column('shipment_id', sa.Uuid(), nullable=False),
    sa.Column('sscc', sa.String(length=18), nullable=False),
    sa.Column('parent_sscc', sa.String(length=18), nullable=True),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipments.id'], name=op.f('fk_shipment_units_shipment_id')),
    sa.ForeignKeyConstraint(['sscc'], ['logistic_units.sscc'], name=op.f('fk_shipment_units_sscc')),
    sa.PrimaryKeyConstraint('shipment_id', 'sscc', name=op.f('pk_shipment_units'))
    )
    op.create_index(op.f('ix_shipment_units_sscc'), 'shipment_units', ['sscc'], unique=False)
    op.create_table('lot_holdings',
    sa.Column('lot_id', sa.Uuid(), nullable=False),
    sa.Column('holder_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('sscc', sa.String(length=18), nullable=False),
    sa.Column('grams', sa.BigInteger(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.CheckConstraint("sscc ~ '^([0-9]{18})?$'", name=op.f('ck_lot_holdings_sscc_form')),
    sa.CheckConstraint("status <> 'loose' OR sscc = ''", name=op.f('ck_lot_holdings_loose_in_nothing')),
    sa.CheckConstraint("status <> 'packed' OR sscc <> ''", name=op.f('ck_lot_holdings_packed_into_something')),
    sa.CheckConstraint("status IN ('loose', 'packed', 'in_transit', 'used', 'sold', 'destroyed', 'lost')", name=op.f('ck_lot_holdings_status_known')),
    sa.CheckConstraint('grams >= 0 AND units >= 0', name=op.f('ck_lot_holdings_never_more_out_than_in')),
    sa.ForeignKeyConstraint(['holder_id'], ['producers.id'], name=op.f('fk_lot_holdings_holder_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_lot_holdings_lot_id')),
    sa.PrimaryKeyConstraint('lot_id', 'holder_id', 'status', 'sscc', name=op.f('pk_lot_holdings'))
    )
    op.create_index('ix_lot_holdings_holder_id', 'lot_holdings', ['holder_id', 'status', 'lot_id'], unique=False)
    op.create_index('ix_lot_holdings_sscc', 'lot_holdings', ['sscc'], unique=False, postgresql_where=sa.text("sscc <> ''"))
    op.create_table('lot_movements',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=False),
    sa.Column('operation_id', sa.Uuid(), nullable=True),
    sa.Column('grams', sa.BigInteger(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('from_holder_id', sa.Uuid(), nullable=True),
    sa.Column('from_status', sa.String(length=12), nullable=True),
    sa.Column('from_sscc', sa.String(length=18), nullable=True),
    sa.Column('to_holder_id', sa.Uuid(), nullable=True),
    sa.Column('to_status', sa.String(length=12), nullable=True),
    sa.Column('to_sscc', sa.String(length=18), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("from_status IN ('loose', 'packed', 'in_transit', 'used', 'sold', 'destroyed', 'lost')", name=op.f('ck_lot_movements_from_status_known')),
    sa.CheckConstraint('grams >= 0 AND units >= 0 AND grams + units > 0', name=op.f('ck_lot_movements_amount_positive')),
    sa.CheckConstraint('num_nonnulls(from_status, to_status) > 0', name=op.f('ck_lot_movements_somewhere')),
    sa.CheckConstraint('num_nulls(from_holder_id, from_status, from_sscc) IN (0, 3)', name=op.f('ck_lot_movements_source_whole')),
    sa.CheckConstraint('num_nulls(to_holder_id, to_status, to_sscc) IN (0, 3)', name=op.f('ck_lot_movements_target_whole')),
    sa.ForeignKeyConstraint(['from_holder_id'], ['producers.id'], name=op.f('fk_lot_movements_from_holder_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_lot_movements_lot_id')),
    sa.ForeignKeyConstraint(['operation_id'], ['lot_operations.id'], name=op.f('fk_lot_movements_operation_id')),
    sa.ForeignKeyConstraint(['to_holder_id'], ['producers.id'], name=op.f('fk_lot_movements_to_holder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot_movements'))
    )
    op.create_index('ix_lot_movements_lot_id', 'lot_movements', ['lot_id', 'id'], unique=False)
    op.create_index('ix_lot_movements_operation_id', 'lot_movements', ['operation_id'], unique=False, postgresql_where=sa.text('operation_id IS NOT NULL'))
    op.create_table('lot_plots',
    sa.Column('lot_id', sa.Uuid(), nullable=False),
    sa.Column('plot_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('grams', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('grams > 0', name=op.f('ck_lot_plots_grams_positive')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_lot_plots_lot_id')),
    sa.ForeignKeyConstraint(['plot_id'], ['plots.id'], name=op.f('fk_lot_plots_plot_id')),
    sa.PrimaryKeyConstraint('lot_id', 'plot_id', name=op.f('pk_lot_plots')),
    sa.UniqueConstraint('lot_id', 'position', name=op.f('uq_lot_plots_lot_id_position'))
    )
    op.create_index(op.f('ix_lot_plots_plot_id'), 'lot_plots', ['plot_id'], unique=False)
    op.create_table('shipment_lines',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('shipment_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=False),
    sa.Column('sscc', sa.String(length=18), nullable=False),
    sa.Column('grams', sa.BigInteger(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('received_grams', sa.BigInteger(), nullable=True),
    sa.Column('received_units', sa.Integer(), nullable=True),
    sa.Column('difference', sa.String(length=8), nullable=True),
    sa.CheckConstraint("difference IN ('lost', 'returned')", name=op.f('ck_shipment_lines_difference_known')),
    sa.CheckConstraint('grams >= 0 AND units >= 0 AND grams + units > 0', name=op.f('ck_shipment_lines_amount_positive')),
    sa.CheckConstraint('num_nulls(received_grams, received_units) IN (0, 2)', name=op.f('ck_shipment_lines_received_whole')),
    sa.CheckConstraint('received_grams BETWEEN 0 AND grams AND received_units BETWEEN 0 AND units', name=op.f('ck_shipment_lines_never_more_than_sent')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_shipment_lines_lot_id')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipments.id'], name=op.f('fk_shipment_lines_shipment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment_lines')),
    sa.UniqueConstraint('shipment_id', 'lot_id', 'sscc', name=op.f('uq_shipment_lines_shipment_id_lot_id_sscc')),
    sa.UniqueConstraint('shipment_id', 'position', name=op.f('uq_shipment_lines_shipment_id_position'))
    )
    op.create_index('ix_shipment_lines_lot_id', 'shipment_lines', ['lot_id'], unique=False)
    op.add_column('lots', sa.Column('made_by_id', sa.Uuid(), nullable=True))
    op.add_column('lots', sa.Column('weight_grams', sa.BigInteger(), nullable=True))
    op.add_column('lots', sa.Column('tolerance_grams', sa.BigInteger(), nullable=True))
    op.add_column('lots', sa.Column('grade', sa.String(length=60), nullable=True))
    # Lots from before were counted and not weighed: a unit that is no weight itself is taken for one kilogram.
    op.execute("UPDATE lots SET tolerance_grams = 0, weight_grams = quantity * CASE unit WHEN '100g' THEN 100 ELSE 1000 END")
    op.alter_column('lots', 'weight_grams', nullable=False)
    op.alter_column('lots', 'tolerance_grams', nullable=False)
    for statement in LEDGER:
        op.execute(statement)
    _carry_over()
    op.drop_constraint(op.f('ck_lots_quantity_positive'), 'lots', type_='check')
    op.drop_constraint(op.f('ck_lots_never_more_out_than_in'), 'lots', type_='check')
    op.create_check_constraint(op.f('ck_lots_quantity_fits_weight'), 'lots', QUANTITY_FITS_WEIGHT)
    op.create_check_constraint(op.f('ck_lots_weight_positive'), 'lots', 'weight_grams > 0')
    op.create_check_constraint(op.f('ck_lots_tolerance_not_negative'), 'lots', 'tolerance_grams >= 0')
    op.create_index('ix_lots_made_by_id', 'lots', ['made_by_id'], unique=False, postgresql_where=sa.text('made_by_id IS NOT NULL'))
    op.create_foreign_key(op.f('fk_lots_made_by_id'), 'lots', 'lot_operations', ['made_by_id'], ['id'])
    op.drop_index(op.f('ix_lots_plot_id'), table_name='lots')
    op.drop_constraint(op.f('fk_lots_plot_id'), 'lots', type_='foreignkey')
    op.drop_column('lots', 'plot_id')
    op.drop_column('lots', 'packed_quantity')


def _carry_over() -> None:
    """Each lot's plot, its harvest, and what was packed of it: the journal has those parcels, the ledger knows no more."""
    op.execute(
        "INSERT INTO lot_plots (lot_id, plot_id, position, grams) "
        "SELECT id, plot_id, 0, weight_grams FROM lots WHERE plot_id IS NOT NULL"
    )
    counted = "CASE WHEN l.unit IN ('kg', '100g') THEN 0 ELSE {} END"
    op.execute(
        "INSERT INTO lot_movements (id, lot_id, grams, units, to_holder_id, to_status, to_sscc, created_at) "
        f"SELECT gen_random_uuid(), l.id, l.weight_grams, {counted.format('l.quantity')}, p.producer_id, 'loose', '', "
        "l.created_at FROM lots l JOIN products p ON p.id = l.product_id"
    )
    op.execute(
        "INSERT INTO lot_movements (id, lot_id, grams, units, from_holder_id, from_status, from_sscc, "
        "to_holder_id, to_status, to_sscc, created_at) "
        "SELECT gen_random_uuid(), l.id, l.weight_grams * l.packed_quantity / l.quantity, "
        f"{counted.format('l.packed_quantity')}, p.producer_id, 'loose', '', p.producer_id, 'sold', '', now() "
        "FROM lots l JOIN products p ON p.id = l.product_id WHERE l.packed_quantity > 0"
    )


def downgrade() -> None:
    op.drop_constraint(op.f('ck_lots_quantity_fits_weight'), 'lots', type_='check')
    op.add_column('lots', sa.Column('packed_quantity', sa.Integer(), nullable=False, server_default='0'))
    op.alter_column('lots', 'packed_quantity', server_default=None)
    op.add_column('lots', sa.Column('plot_id', sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE lots SET plot_id = (SELECT plot_id FROM lot_plots WHERE lot_id = lots.id ORDER BY position LIMIT 1), "
        "quantity = greatest(quantity, 1)"
    )
    op.execute(
        "UPDATE lots SET packed_quantity = least(quantity, coalesce((SELECT sum(CASE lots.unit WHEN 'kg' "
        "THEN grams / 1000 WHEN '100g' THEN grams / 100 ELSE units END) FROM lot_holdings "
        "WHERE lot_id = lots.id AND status <> 'loose'), 0))"
    )
    op.drop_constraint(op.f('fk_lots_made_by_id'), 'lots', type_='foreignkey')
    op.drop_constraint(op.f('ck_lots_weight_positive'), 'lots', type_='check')
    op.drop_constraint(op.f('ck_lots_tolerance_not_negative'), 'lots', type_='check')
    op.execute("DROP TRIGGER lots_keep_their_balance ON lots")
    op.create_check_constraint(op.f('ck_lots_quantity_positive'), 'lots', 'quantity > 0')
    op.create_check_constraint(
        op.f('ck_lots_never_more_out_than_in'), 'lots', 'packed_quantity BETWEEN 0 AND quantity'
    )
    op.create_foreign_key(op.f('fk_lots_plot_id'), 'lots', 'plots', ['plot_id'], ['id'])
    op.drop_index('ix_lots_made_by_id', table_name='lots', postgresql_where=sa.text('made_by_id IS NOT NULL'))
    op.create_index(op.f('ix_lots_plot_id'), 'lots', ['plot_id'], unique=False)
    op.drop_column('lots', 'grade')
    op.drop_column('lots', 'tolerance_grams')
    op.drop_column('lots', 'weight_grams')
    op.drop_column('lots', 'made_by_id')
    op.drop_index('ix_shipment_lines_lot_id', table_name='shipment_lines')
    op.drop_table('shipment_lines')
    op.drop_index(op.f('ix_lot_plots_plot_id'), table_name='lot_plots')
    op.drop_table('lot_plots')
    op.drop_index('ix_lot_movements_operation_id', table_name='lot_movements', postgresql_where=sa.text('operation_id IS NOT NULL'))
    op.drop_index('ix_lot_movements_lot_id', table_name='lot_movements')
    op.drop_table('lot_movements')
    op.drop_index('ix_lot_holdings_sscc', table_name='lot_holdings', postgresql_where=sa.text("sscc <> ''"))
    op.drop_index('ix_lot_holdings_holder_id', table_name='lot_holdings')
    op.drop_table('lot_holdings')
    op.drop_index(op.f('ix_shipment_units_sscc'), table_name='shipment_units')
    op.drop_table('shipment_units')
    op.drop_index('ix_lot_operations_holder_id', table_name='lot_operations')
    op.drop_index(op.f('ix_lot_operations_event_id'), table_name='lot_operations')
    op.drop_table('lot_operations')
    op.drop_index('ix_shipments_sender_id', table_name='shipments')
    op.drop_index('ix_shipments_receiver_id', table_name='shipments')
    op.drop_table('shipments')
    op.drop_index(op.f('ix_logistic_units_parent_sscc'), table_name='logistic_units')
    op.drop_index('ix_logistic_units_holder_id', table_name='logistic_units')
    op.drop_table('logistic_units')
    for function in ("apply_lot_movements", "refuse_lot_holding", "check_lot_balance"):
        op.execute(f"DROP FUNCTION {function}()")
