"""the diary: plots with their codes, the store, entries, the list of plant-protection ingredients, overrides"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

APPEND_ONLY = (
    'plant_protection_lists',
    'plant_protection_ingredients',
    'diary_entries',
    'diary_input_uses',
    'harvest_overrides',
)
PLOT_CHECKS = {
    'crop_form': "crop ~ '^[a-z0-9_]{1,40}$'",
    'planting_year_range': 'planting_year BETWEEN 1900 AND 2200',
    'tree_count_range': 'tree_count BETWEEN 1 AND 10000000',
    'polygon': "shape->>'type' = 'Polygon' AND jsonb_typeof(shape->'coordinates') = 'array'",
}


def upgrade() -> None:
    op.create_table('plant_protection_lists',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('in_force_from', sa.Date(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('imported_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("source <> ''", name=op.f('ck_plant_protection_lists_source_given')),
    sa.CheckConstraint('octet_length(content_hash) = 32', name=op.f('ck_plant_protection_lists_hash_form')),
    sa.CheckConstraint('published_on <= in_force_from', name=op.f('ck_plant_protection_lists_signed_before_in_force')),
    sa.ForeignKeyConstraint(['imported_by'], ['users.id'], name=op.f('fk_plant_protection_lists_imported_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plant_protection_lists')),
    sa.UniqueConstraint('content_hash', name=op.f('uq_plant_protection_lists_content_hash'))
    )
    op.create_index('ix_plant_protection_lists_in_force_from', 'plant_protection_lists', ['in_force_from', 'imported_at', 'id'], unique=False)
    op.create_table('plant_protection_ingredients',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('list_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('types', postgresql.ARRAY(sa.String(length=30)), nullable=False),
    sa.Column('mode_of_action', sa.String(length=40), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('status_detail', sa.String(length=60), nullable=True),
    sa.Column('last_use_on', sa.Date(), nullable=True),
    sa.Column('interval_days', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('dose_text', sa.String(length=200), nullable=True),
    sa.Column('dose_min', sa.Double(), nullable=True),
    sa.Column('dose_max', sa.Double(), nullable=True),
    sa.Column('dose_unit', sa.String(length=20), nullable=True),
    sa.Column('reentry_hours', sa.Integer(), nullable=True),
    sa.Column('who_class', sa.String(length=40), nullable=True),
    sa.Column('pests_vi', postgresql.ARRAY(sa.String(length=120)), nullable=False),
    sa.Column('pests_en', postgresql.ARRAY(sa.String(length=120)), nullable=False),
    sa.Column('note', sa.String(length=1000), nullable=True),
    sa.CheckConstraint("code ~ '^[a-z0-9_]{1,80}$'", name=op.f('ck_plant_protection_ingredients_code_form')),
    sa.CheckConstraint("jsonb_typeof(interval_days) = 'object'", name=op.f('ck_plant_protection_ingredients_intervals_form')),
    sa.CheckConstraint("status IN ('allowed', 'restricted', 'banned')", name=op.f('ck_plant_protection_ingredients_status_known')),
    sa.CheckConstraint('dose_min >= 0 AND dose_max >= dose_min', name=op.f('ck_plant_protection_ingredients_dose_range')),
    sa.CheckConstraint('num_nulls(dose_min, dose_max, dose_unit) IN (0, 3)', name=op.f('ck_plant_protection_ingredients_dose_whole')),
    sa.CheckConstraint('reentry_hours BETWEEN 0 AND 8760', name=op.f('ck_plant_protection_ingredients_reentry_range')),
    sa.ForeignKeyConstraint(['list_id'], ['plant_protection_lists.id'], name=op.f('fk_plant_protection_ingredients_list_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plant_protection_ingredients')),
    sa.UniqueConstraint('list_id', 'code', name='uq_plant_protection_ingredients_list_code'),
    sa.UniqueConstraint('list_id', 'name', name='uq_plant_protection_ingredients_list_name')
    )
    op.create_table('equipment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('producer_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('serviced_on', sa.Date(), nullable=True),
    sa.Column('retired_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('sprayer', 'pump', 'cutter', 'machine', 'container', 'other')", name=op.f('ck_equipment_kind_known')),
    sa.CheckConstraint("name <> ''", name=op.f('ck_equipment_name_given')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_equipment_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment')),
    sa.UniqueConstraint('producer_id', 'name', name=op.f('uq_equipment_producer_id_name'))
    )
    op.create_table('farm_workers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('producer_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=True),
    sa.Column('trained_on', sa.Date(), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_farm_workers_name_given')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_farm_workers_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_farm_workers')),
    sa.UniqueConstraint('producer_id', 'name', name=op.f('uq_farm_workers_producer_id_name'))
    )
    op.create_table('input_receipts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('producer_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('trade_name', sa.String(length=160), nullable=False),
    sa.Column('supplier', sa.String(length=160), nullable=True),
    sa.Column('batch_number', sa.String(length=60), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('unit', sa.String(length=8), nullable=False),
    sa.Column('received_amount', sa.BigInteger(), nullable=False),
    sa.Column('used_amount', sa.BigInteger(), nullable=False),
    sa.Column('plant_protection_list_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=300), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'plant_protection') = (plant_protection_list_id IS NOT NULL)", name=op.f('ck_input_receipts_let_in_by_a_list')),
    sa.CheckConstraint("kind IN ('fertiliser', 'plant_protection', 'material', 'feed')", name=op.f('ck_input_receipts_kind_known')),
    sa.CheckConstraint("trade_name <> ''", name=op.f('ck_input_receipts_trade_name_given')),
    sa.CheckConstraint("unit IN ('g', 'ml', 'piece')", name=op.f('ck_input_receipts_unit_known')),
    sa.CheckConstraint('num_nulls(withdrawn_at, withdrawn_reason) IN (0, 2)', name=op.f('ck_input_receipts_withdrawal_explained')),
    sa.CheckConstraint('received_amount BETWEEN 1 AND 1000000000000', name=op.f('ck_input_receipts_received_range')),
    sa.CheckConstraint('used_amount BETWEEN 0 AND received_amount', name=op.f('ck_input_receipts_never_more_out_than_in')),
    sa.CheckConstraint('withdrawn_at IS NULL OR used_amount = 0', name=op.f('ck_input_receipts_withdrawn_unused')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_input_receipts_created_by')),
    sa.ForeignKeyConstraint(['plant_protection_list_id'], ['plant_protection_lists.id'], name=op.f('fk_input_receipts_plant_protection_list_id')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_input_receipts_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_input_receipts'))
    )
    op.create_index('ix_input_receipts_producer_id', 'input_receipts', ['producer_id', 'received_on', 'id'], unique=False)
    op.create_table('diary_entries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plot_id', sa.Uuid(), nullable=False),
    sa.Column('activity', sa.String(length=40), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('operator_id', sa.Uuid(), nullable=True),
    sa.Column('area_m2', sa.Integer(), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('unit', sa.String(length=8), nullable=True),
    sa.Column('weather', sa.String(length=12), nullable=True),
    sa.Column('target_pest', sa.String(length=160), nullable=True),
    sa.Column('equipment_id', sa.Uuid(), nullable=True),
    sa.Column('interval_days', sa.Integer(), nullable=True),
    sa.Column('plant_protection_list_id', sa.Uuid(), nullable=True),
    sa.Column('harvest_from', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=1000), nullable=True),
    sa.Column('photo_keys', sa.ARRAY(sa.String(length=80)), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('correction_reason', sa.String(length=300), nullable=True),
    sa.Column('is_withdrawal', sa.Boolean(), nullable=False),
    sa.Column('submission_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("activity ~ '^[a-z0-9_]{1,40}$'", name=op.f('ck_diary_entries_activity_form')),
    sa.CheckConstraint("unit IN ('g', 'ml', 'piece')", name=op.f('ck_diary_entries_unit_known')),
    sa.CheckConstraint("weather IN ('sunny', 'cloudy', 'rain', 'windy', 'hot', 'cold')", name=op.f('ck_diary_entries_weather_known')),
    sa.CheckConstraint('(amount IS NULL) = (unit IS NULL)', name=op.f('ck_diary_entries_amount_with_unit')),
    sa.CheckConstraint('NOT is_withdrawal OR supersedes_id IS NOT NULL', name=op.f('ck_diary_entries_withdrawal_of_something')),
    sa.CheckConstraint('amount BETWEEN 1 AND 1000000000000', name=op.f('ck_diary_entries_amount_range')),
    sa.CheckConstraint('area_m2 BETWEEN 1 AND 100000000', name=op.f('ck_diary_entries_area_range')),
    sa.CheckConstraint('cardinality(photo_keys) <= 6', name=op.f('ck_diary_entries_few_photos')),
    sa.CheckConstraint('harvest_from = done_on + interval_days', name=op.f('ck_diary_entries_harvest_after_interval')),
    sa.CheckConstraint('interval_days BETWEEN 0 AND 3650', name=op.f('ck_diary_entries_interval_range')),
    sa.CheckConstraint('num_nulls(interval_days, plant_protection_list_id, harvest_from) IN (0, 3)', name=op.f('ck_diary_entries_interval_by_a_list')),
    sa.CheckConstraint('num_nulls(supersedes_id, correction_reason) IN (0, 2)', name=op.f('ck_diary_entries_correction_explained')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_diary_entries_equipment_id')),
    sa.ForeignKeyConstraint(['operator_id'], ['farm_workers.id'], name=op.f('fk_diary_entries_operator_id')),
    sa.ForeignKeyConstraint(['plant_protection_list_id'], ['plant_protection_lists.id'], name=op.f('fk_diary_entries_plant_protection_list_id')),
    sa.ForeignKeyConstraint(['plot_id'], ['plots.id'], name=op.f('fk_diary_entries_plot_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['users.id'], name=op.f('fk_diary_entries_recorded_by')),
    sa.ForeignKeyConstraint(['supersedes_id', 'plot_id'], ['diary_entries.id', 'diary_entries.plot_id'], name='fk_diary_entries_supersedes'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_diary_entries')),
    sa.UniqueConstraint('id', 'plot_id', name='uq_diary_entries_id_plot_id'),
    sa.UniqueConstraint('submission_id', name=op.f('uq_diary_entries_submission_id')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_diary_entries_supersedes_id'))
    )
    op.create_index('ix_diary_entries_harvest_from', 'diary_entries', ['plot_id', 'harvest_from'], unique=False, postgresql_where='harvest_from IS NOT NULL')
    op.create_index('ix_diary_entries_plot_id', 'diary_entries', ['plot_id', 'done_on', 'id'], unique=False)
    op.create_table('harvest_overrides',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plot_id', sa.Uuid(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('spray_entry_ids', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('granted_by', sa.Uuid(), nullable=False),
    sa.Column('signed_name', sa.String(length=120), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("signed_name <> ''", name=op.f('ck_harvest_overrides_signed')),
    sa.CheckConstraint('cardinality(spray_entry_ids) > 0', name=op.f('ck_harvest_overrides_overrules_something')),
    sa.CheckConstraint('length(reason) >= 10', name=op.f('ck_harvest_overrides_reason_given')),
    sa.CheckConstraint('valid_from <= valid_until', name=op.f('ck_harvest_overrides_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['granted_by'], ['users.id'], name=op.f('fk_harvest_overrides_granted_by')),
    sa.ForeignKeyConstraint(['plot_id'], ['plots.id'], name=op.f('fk_harvest_overrides_plot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_harvest_overrides'))
    )
    op.create_index('ix_harvest_overrides_plot_id', 'harvest_overrides', ['plot_id', 'valid_from', 'id'], unique=False)
    op.create_table('planting_area_codes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plot_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('issuer', sa.String(length=160), nullable=True),
    sa.Column('market', sa.String(length=2), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("code <> ''", name=op.f('ck_planting_area_codes_code_given')),
    sa.CheckConstraint("market ~ '^[A-Z]{2}$'", name=op.f('ck_planting_area_codes_market_form')),
    sa.CheckConstraint("status IN ('active', 'suspended', 'revoked')", name=op.f('ck_planting_area_codes_status_known')),
    sa.CheckConstraint('valid_from <= valid_until', name=op.f('ck_planting_area_codes_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['plot_id'], ['plots.id'], name=op.f('fk_planting_area_codes_plot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_planting_area_codes')),
    sa.UniqueConstraint('plot_id', 'code', 'market', name='uq_planting_area_codes_plot_code_market', postgresql_nulls_not_distinct=True)
    )
    op.create_table('receipt_ingredients',
    sa.Column('receipt_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('content', sa.Double(), nullable=True),
    sa.CheckConstraint('content > 0 AND content <= 2000', name=op.f('ck_receipt_ingredients_content_range')),
    sa.ForeignKeyConstraint(['receipt_id'], ['input_receipts.id'], name=op.f('fk_receipt_ingredients_receipt_id')),
    sa.PrimaryKeyConstraint('receipt_id', 'code', name=op.f('pk_receipt_ingredients'))
    )
    op.create_table('diary_input_uses',
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('receipt_id', sa.Uuid(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('dose', sa.String(length=80), nullable=True),
    sa.Column('interval_days', sa.Integer(), nullable=True),
    sa.CheckConstraint('amount BETWEEN 1 AND 1000000000000', name=op.f('ck_diary_input_uses_amount_range')),
    sa.CheckConstraint('interval_days BETWEEN 0 AND 3650', name=op.f('ck_diary_input_uses_interval_range')),
    sa.ForeignKeyConstraint(['entry_id'], ['diary_entries.id'], name=op.f('fk_diary_input_uses_entry_id')),
    sa.ForeignKeyConstraint(['receipt_id'], ['input_receipts.id'], name=op.f('fk_diary_input_uses_receipt_id')),
    sa.PrimaryKeyConstraint('entry_id', 'receipt_id', name=op.f('pk_diary_input_uses'))
    )
    op.create_index('ix_diary_input_uses_receipt_id', 'diary_input_uses', ['receipt_id', 'entry_id'], unique=False)
    op.add_column('plots', sa.Column('crop', sa.String(length=40), nullable=True))
    op.add_column('plots', sa.Column('planting_year', sa.Integer(), nullable=True))
    op.add_column('plots', sa.Column('tree_count', sa.Integer(), nullable=True))
    op.add_column('plots', sa.Column('shape', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True))
    for name, condition in PLOT_CHECKS.items():
        op.create_check_constraint(op.f(f'ck_plots_{name}'), 'plots', condition)
    # The one code that a plot could have had: its issuer, market and dates are unknown.
    op.execute(
        "INSERT INTO planting_area_codes (id, plot_id, code, status, created_at) "
        "SELECT gen_random_uuid(), id, planting_area_code, 'active', created_at FROM plots "
        "WHERE planting_area_code <> ''"
    )
    op.drop_column('plots', 'planting_area_code')
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.add_column('plots', sa.Column('planting_area_code', sa.String(length=60), nullable=True))
    # A plot has room for one: its oldest active code.
    op.execute(
        "UPDATE plots SET planting_area_code = (SELECT code FROM planting_area_codes "
        "WHERE plot_id = plots.id ORDER BY status = 'active' DESC, created_at, id LIMIT 1)"
    )
    for name in PLOT_CHECKS:
        op.drop_constraint(op.f(f'ck_plots_{name}'), 'plots')
    op.drop_column('plots', 'shape')
    op.drop_column('plots', 'tree_count')
    op.drop_column('plots', 'planting_year')
    op.drop_column('plots', 'crop')
    op.drop_index('ix_diary_input_uses_receipt_id', table_name='diary_input_uses')
    op.drop_table('diary_input_uses')
    op.drop_table('receipt_ingredients')
    op.drop_table('planting_area_codes')
    op.drop_index('ix_harvest_overrides_plot_id', table_name='harvest_overrides')
    op.drop_table('harvest_overrides')
    op.drop_index('ix_diary_entries_plot_id', table_name='diary_entries')
    op.drop_index('ix_diary_entries_harvest_from', table_name='diary_entries', postgresql_where='harvest_from IS NOT NULL')
    op.drop_table('diary_entries')
    op.drop_index('ix_input_receipts_producer_id', table_name='input_receipts')
    op.drop_table('input_receipts')
    op.drop_table('farm_workers')
    op.drop_table('equipment')
    op.drop_table('plant_protection_ingredients')
    op.drop_index('ix_plant_protection_lists_in_force_from', table_name='plant_protection_lists')
    op.drop_table('plant_protection_lists')
