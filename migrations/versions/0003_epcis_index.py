"""what EPCIS queries look at: terms, measures, error declarations, on whose behalf; events kept as they came"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('epcis_event_measures',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=1000), nullable=False),
    sa.Column('number', sa.Double(), nullable=True),
    sa.Column('moment', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(number IS NULL) <> (moment IS NULL)', name=op.f('ck_epcis_event_measures_one_value')),
    sa.ForeignKeyConstraint(['event_id'], ['epcis_events.id'], name=op.f('fk_epcis_event_measures_event_id')),
    sa.PrimaryKeyConstraint('event_id', 'position', name=op.f('pk_epcis_event_measures'))
    )
    op.create_index('ix_epcis_event_measures_moment', 'epcis_event_measures', ['name', 'moment'], unique=False, postgresql_where=sa.text('moment IS NOT NULL'))
    op.create_index('ix_epcis_event_measures_number', 'epcis_event_measures', ['name', 'number'], unique=False, postgresql_where=sa.text('number IS NOT NULL'))
    op.alter_column('epcis_event_identifiers', 'identifier',
               existing_type=sa.VARCHAR(length=200),
               type_=sa.String(length=1000),
               existing_nullable=False)
    op.alter_column('epcis_event_identifiers', 'unit_of_measure',
               existing_type=sa.VARCHAR(length=3),
               type_=sa.String(length=20),
               existing_nullable=True)
    op.add_column('epcis_events', sa.Column('error_declared_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('epcis_events', sa.Column('error_reason', sa.String(length=1000), nullable=True))
    op.add_column('epcis_events', sa.Column('terms', sa.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.add_column('epcis_events', sa.Column('context', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('epcis_events', sa.Column('producer_id', sa.Uuid(), nullable=True))
    op.alter_column('epcis_events', 'event_id',
               existing_type=sa.VARCHAR(length=200),
               type_=sa.String(length=1000),
               existing_nullable=False)
    op.alter_column('epcis_events', 'biz_step',
               existing_type=sa.VARCHAR(length=80),
               type_=sa.String(length=1000),
               existing_nullable=True)
    op.alter_column('epcis_events', 'disposition',
               existing_type=sa.VARCHAR(length=80),
               type_=sa.String(length=1000),
               existing_nullable=True)
    op.alter_column('epcis_events', 'read_point',
               existing_type=sa.VARCHAR(length=200),
               type_=sa.String(length=1000),
               existing_nullable=True)
    op.alter_column('epcis_events', 'biz_location',
               existing_type=sa.VARCHAR(length=200),
               type_=sa.String(length=1000),
               existing_nullable=True)
    op.alter_column('epcis_events', 'payload',
               existing_type=postgresql.JSONB(astext_type=sa.Text()),
               type_=sa.JSON(),
               postgresql_using='payload::json',
               existing_nullable=False)
    op.drop_constraint(op.f('uq_epcis_events_event_hash'), 'epcis_events', type_='unique')
    op.create_index('uq_epcis_events_event_hash', 'epcis_events', ['event_hash'], unique=True, postgresql_where=sa.text('error_declared_at IS NULL'))
    op.drop_constraint(op.f('uq_epcis_events_event_id'), 'epcis_events', type_='unique')
    op.create_index('uq_epcis_events_event_id', 'epcis_events', ['event_id'], unique=True, postgresql_where=sa.text('error_declared_at IS NULL'))
    op.create_index('ix_epcis_events_biz_location', 'epcis_events', ['biz_location', 'event_time'], unique=False)
    op.create_index('ix_epcis_events_biz_step', 'epcis_events', ['biz_step', 'event_time'], unique=False)
    op.create_index('ix_epcis_events_declared_event_id', 'epcis_events', ['event_id'], unique=False, postgresql_where=sa.text('error_declared_at IS NOT NULL'))
    op.create_index('ix_epcis_events_producer_id', 'epcis_events', ['producer_id', 'event_time'], unique=False)
    op.create_index('ix_epcis_events_read_point', 'epcis_events', ['read_point', 'event_time'], unique=False)
    op.create_index('ix_epcis_events_terms', 'epcis_events', ['terms'], unique=False, postgresql_using='gin')
    op.create_index('uq_epcis_events_error_declaration', 'epcis_events', ['event_hash', 'error_declared_at'], unique=True, postgresql_where=sa.text('error_declared_at IS NOT NULL'))
    op.create_foreign_key(op.f('fk_epcis_events_producer_id'), 'epcis_events', 'producers', ['producer_id'], ['id'])
    op.execute(
        "CREATE TRIGGER epcis_event_measures_append_only BEFORE UPDATE OR DELETE ON epcis_event_measures "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER epcis_event_measures_never_truncated BEFORE TRUNCATE ON epcis_event_measures "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_constraint(op.f('fk_epcis_events_producer_id'), 'epcis_events', type_='foreignkey')
    op.drop_index('uq_epcis_events_error_declaration', table_name='epcis_events', postgresql_where=sa.text('error_declared_at IS NOT NULL'))
    op.drop_index('ix_epcis_events_terms', table_name='epcis_events', postgresql_using='gin')
    op.drop_index('ix_epcis_events_read_point', table_name='epcis_events')
    op.drop_index('ix_epcis_events_producer_id', table_name='epcis_events')
    op.drop_index('ix_epcis_events_declared_event_id', table_name='epcis_events', postgresql_where=sa.text('error_declared_at IS NOT NULL'))
    op.drop_index('ix_epcis_events_biz_step', table_name='epcis_events')
    op.drop_index('ix_epcis_events_biz_location', table_name='epcis_events')
    op.drop_index('uq_epcis_events_event_id', table_name='epcis_events', postgresql_where=sa.text('error_declared_at IS NULL'))
    op.create_unique_constraint(op.f('uq_epcis_events_event_id'), 'epcis_events', ['event_id'], postgresql_nulls_not_distinct=False)
    op.drop_index('uq_epcis_events_event_hash', table_name='epcis_events', postgresql_where=sa.text('error_declared_at IS NULL'))
    op.create_unique_constraint(op.f('uq_epcis_events_event_hash'), 'epcis_events', ['event_hash'], postgresql_nulls_not_distinct=False)
    op.alter_column('epcis_events', 'payload',
               existing_type=sa.JSON(),
               type_=postgresql.JSONB(astext_type=sa.Text()),
               postgresql_using='payload::jsonb',
               existing_nullable=False)
    op.alter_column('epcis_events', 'biz_location',
               existing_type=sa.String(length=1000),
               type_=sa.VARCHAR(length=200),
               existing_nullable=True)
    op.alter_column('epcis_events', 'read_point',
               existing_type=sa.String(length=1000),
               type_=sa.VARCHAR(length=200),
               existing_nullable=True)
    op.alter_column('epcis_events', 'disposition',
               existing_type=sa.String(length=1000),
               type_=sa.VARCHAR(length=80),
               existing_nullable=True)
    op.alter_column('epcis_events', 'biz_step',
               existing_type=sa.String(length=1000),
               type_=sa.VARCHAR(length=80),
               existing_nullable=True)
    op.alter_column('epcis_events', 'event_id',
               existing_type=sa.String(length=1000),
               type_=sa.VARCHAR(length=200),
               existing_nullable=False)
    op.drop_column('epcis_events', 'producer_id')
    op.drop_column('epcis_events', 'context')
    op.drop_column('epcis_events', 'terms')
    op.drop_column('epcis_events', 'error_reason')
    op.drop_column('epcis_events', 'error_declared_at')
    op.alter_column('epcis_event_identifiers', 'unit_of_measure',
               existing_type=sa.String(length=20),
               type_=sa.VARCHAR(length=3),
               existing_nullable=True)
    op.alter_column('epcis_event_identifiers', 'identifier',
               existing_type=sa.String(length=1000),
               type_=sa.VARCHAR(length=200),
               existing_nullable=False)
    op.drop_index('ix_epcis_event_measures_number', table_name='epcis_event_measures', postgresql_where=sa.text('number IS NOT NULL'))
    op.drop_index('ix_epcis_event_measures_moment', table_name='epcis_event_measures', postgresql_where=sa.text('moment IS NOT NULL'))
    op.drop_table('epcis_event_measures')
