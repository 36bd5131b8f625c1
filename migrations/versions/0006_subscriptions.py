"""named queries, subscriptions and their deliveries, and the order in which events became visible"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence('epcis_arrival_number')))
    op.create_table('epcis_arrivals',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['epcis_events.id'], name=op.f('fk_epcis_arrivals_event_id')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_epcis_arrivals')),
    sa.UniqueConstraint('event_id', name=op.f('uq_epcis_arrivals_event_id'))
    )
    # What is in the journal already arrived in the order in which it was recorded.
    op.execute(
        "INSERT INTO epcis_arrivals (number, event_id) SELECT nextval('epcis_arrival_number'), id "
        "FROM (SELECT id FROM epcis_events ORDER BY record_time, id) AS recorded"
    )
    op.execute(
        "CREATE TRIGGER epcis_arrivals_append_only BEFORE UPDATE OR DELETE ON epcis_arrivals "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER epcis_arrivals_never_truncated BEFORE TRUNCATE ON epcis_arrivals "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table('named_queries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('owner_kind', sa.String(length=10), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('query', sa.JSON(), nullable=False),
    sa.Column('extensions', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("owner_kind IN ('producer', 'token', 'account')", name=op.f('ck_named_queries_owner_kind_known')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_named_queries_created_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_named_queries')),
    sa.UniqueConstraint('owner_kind', 'owner_id', 'name', name='uq_named_queries_owner_name')
    )
    op.create_table('query_subscriptions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('query_id', sa.Uuid(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('token_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dest', sa.String(length=2000), nullable=False),
    sa.Column('signature_token', sa.String(length=500), nullable=True),
    sa.Column('schedule', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('stream', sa.Boolean(), nullable=False),
    sa.Column('report_if_empty', sa.Boolean(), nullable=False),
    sa.Column('initial_record_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('epc_format', sa.String(length=30), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('suspended_for', sa.String(length=10), nullable=True),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('run_to', sa.BigInteger(), nullable=False),
    sa.Column('batch_limit', sa.Integer(), nullable=False),
    sa.Column('next_run_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_run_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease', sa.Uuid(), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(schedule IS NULL) = stream', name=op.f('ck_query_subscriptions_schedule_or_stream')),
    sa.CheckConstraint("state IN ('active', 'suspended')", name=op.f('ck_query_subscriptions_state_known')),
    sa.CheckConstraint("suspended_for IN ('failing', 'access')", name=op.f('ck_query_subscriptions_suspended_for_known')),
    sa.CheckConstraint("CASE WHEN state = 'suspended' THEN num_nulls(suspended_at, suspended_for) = 0 ELSE num_nonnulls(suspended_at, suspended_for) = 0 END", name=op.f('ck_query_subscriptions_suspension_explained')),
    sa.CheckConstraint('batch_limit > 0', name=op.f('ck_query_subscriptions_batch_limit_positive')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_query_subscriptions_created_by')),
    sa.ForeignKeyConstraint(['query_id'], ['named_queries.id'], name=op.f('fk_query_subscriptions_query_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_query_subscriptions'))
    )
    op.create_index('ix_query_subscriptions_active', 'query_subscriptions', ['id'], unique=False, postgresql_where=sa.text("state = 'active'"))
    op.create_index('ix_query_subscriptions_query_id', 'query_subscriptions', ['query_id', 'id'], unique=False)
    op.create_table('query_deliveries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subscription_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('after_number', sa.BigInteger(), nullable=False),
    sa.Column('to_number', sa.BigInteger(), nullable=False),
    sa.Column('event_count', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_status', sa.Integer(), nullable=True),
    sa.Column('last_problem', sa.String(length=40), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('pending', 'delivered', 'dead', 'split')", name=op.f('ck_query_deliveries_state_known')),
    sa.CheckConstraint('after_number <= to_number', name=op.f('ck_query_deliveries_range_in_order')),
    sa.ForeignKeyConstraint(['subscription_id'], ['query_subscriptions.id'], name=op.f('fk_query_deliveries_subscription_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_query_deliveries'))
    )
    op.create_index('ix_query_deliveries_dead', 'query_deliveries', ['subscription_id', 'id'], unique=False, postgresql_where=sa.text("state = 'dead'"))
    op.create_index('ix_query_deliveries_pending', 'query_deliveries', ['subscription_id', 'after_number', 'id'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_query_deliveries_subscription_id', 'query_deliveries', ['subscription_id', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_query_deliveries_subscription_id', table_name='query_deliveries')
    op.drop_index('ix_query_deliveries_pending', table_name='query_deliveries', postgresql_where=sa.text("state = 'pending'"))
    op.drop_index('ix_query_deliveries_dead', table_name='query_deliveries', postgresql_where=sa.text("state = 'dead'"))
    op.drop_table('query_deliveries')
    op.drop_index('ix_query_subscriptions_query_id', table_name='query_subscriptions')
    op.drop_index('ix_query_subscriptions_active', table_name='query_subscriptions', postgresql_where=sa.text("state = 'active'"))
    op.drop_table('query_subscriptions')
    op.drop_table('named_queries')
    op.drop_table('epcis_arrivals')
    op.execute(sa.schema.DropSequence(sa.Sequence('epcis_arrival_number')))
