"""returns: requests, their lines, statements of both sides, changes"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

APPEND_ONLY = ("return_changes", "return_statements")


def upgrade() -> None:
    op.create_table('returns',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('parcel_id', sa.Uuid(), nullable=False),
    sa.Column('request_key', sa.String(length=36), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('wish', sa.String(length=12), nullable=False),
    sa.Column('wanted_vnd', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('goods_back', sa.Boolean(), nullable=False),
    sa.Column('goods_received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('borne_by', sa.String(length=8), nullable=True),
    sa.Column('refund_id', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(borne_by IS NOT NULL) = (status = 'decided')", name=op.f('ck_returns_borne_when_decided')),
    sa.CheckConstraint("(wish = 'part') = (wanted_vnd IS NOT NULL)", name=op.f('ck_returns_amount_of_a_part')),
    sa.CheckConstraint("borne_by IN ('producer', 'site')", name=op.f('ck_returns_bearer_known')),
    sa.CheckConstraint("reason IN ('damaged', 'spoiled', 'wrong_goods', 'missing', 'not_as_described', 'recalled')", name=op.f('ck_returns_reason_known')),
    sa.CheckConstraint("status IN ('open', 'offered', 'replacing', 'rejected', 'escalated', 'settled', 'decided', 'withdrawn')", name=op.f('ck_returns_status_known')),
    sa.CheckConstraint("wish IN ('refund', 'part', 'replacement')", name=op.f('ck_returns_wish_known')),
    sa.CheckConstraint('goods_received_at IS NULL OR goods_back', name=op.f('ck_returns_received_what_comes_back')),
    sa.CheckConstraint('wanted_vnd > 0', name=op.f('ck_returns_wanted_positive')),
    sa.ForeignKeyConstraint(['parcel_id'], ['parcels.id'], name=op.f('fk_returns_parcel_id')),
    sa.ForeignKeyConstraint(['refund_id'], ['refunds.id'], name=op.f('fk_returns_refund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_returns')),
    sa.UniqueConstraint('refund_id', name=op.f('uq_returns_refund_id')),
    sa.UniqueConstraint('request_key', name=op.f('uq_returns_request_key'))
    )
    op.create_index('ix_returns_due_at', 'returns', ['due_at'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index('ix_returns_parcel_id', 'returns', ['parcel_id', 'id'], unique=False)
    op.create_index('ix_returns_status', 'returns', ['status', 'id'], unique=False)
    op.create_table('return_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('return_id', sa.Uuid(), nullable=False),
    sa.Column('from_status', sa.String(length=12), nullable=True),
    sa.Column('to_status', sa.String(length=12), nullable=False),
    sa.Column('side', sa.String(length=8), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("side IN ('buyer', 'producer', 'site', 'clock')", name=op.f('ck_return_changes_side_known')),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_return_changes_actor_id')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_return_changes_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_changes'))
    )
    op.create_index('ix_return_changes_return_id', 'return_changes', ['return_id', 'id'], unique=False)
    op.create_table('return_statements',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('return_id', sa.Uuid(), nullable=False),
    sa.Column('side', sa.String(length=8), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.String(length=2000), nullable=False),
    sa.Column('photo_keys', sa.ARRAY(sa.String(length=80)), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("body <> ''", name=op.f('ck_return_statements_said')),
    sa.CheckConstraint("side IN ('buyer', 'producer', 'site')", name=op.f('ck_return_statements_side_known')),
    sa.CheckConstraint('cardinality(photo_keys) <= 5', name=op.f('ck_return_statements_few_photos')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_return_statements_author_id')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_return_statements_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_statements'))
    )
    op.create_index('ix_return_statements_return_id', 'return_statements', ['return_id', 'id'], unique=False)
    op.create_table('return_lines',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('return_id', sa.Uuid(), nullable=False),
    sa.Column('order_line_id', sa.Uuid(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=True),
    sa.Column('refunded_quantity', sa.Integer(), nullable=False),
    sa.Column('fit_quantity', sa.Integer(), nullable=True),
    sa.CheckConstraint('amount_vnd >= 0', name=op.f('ck_return_lines_amount_not_negative')),
    sa.CheckConstraint('fit_quantity BETWEEN 0 AND quantity', name=op.f('ck_return_lines_fit_range')),
    sa.CheckConstraint('quantity BETWEEN 1 AND 999', name=op.f('ck_return_lines_quantity_range')),
    sa.CheckConstraint('refunded_quantity IN (0, quantity)', name=op.f('ck_return_lines_refunded_whole')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_lines.id'], name=op.f('fk_return_lines_order_line_id')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_return_lines_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_lines')),
    sa.UniqueConstraint('return_id', 'order_line_id', name=op.f('uq_return_lines_return_id_order_line_id'))
    )
    op.create_index('ix_return_lines_order_line_id', 'return_lines', ['order_line_id'], unique=False)
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
    op.drop_index('ix_return_lines_order_line_id', table_name='return_lines')
    op.drop_table('return_lines')
    op.drop_index('ix_return_statements_return_id', table_name='return_statements')
    op.drop_table('return_statements')
    op.drop_index('ix_return_changes_return_id', table_name='return_changes')
    op.drop_table('return_changes')
    op.drop_index('ix_returns_status', table_name='returns')
    op.drop_index('ix_returns_parcel_id', table_name='returns')
    op.drop_index('ix_returns_due_at', table_name='returns', postgresql_where=sa.text('due_at IS NOT NULL'))
    op.drop_table('returns')
