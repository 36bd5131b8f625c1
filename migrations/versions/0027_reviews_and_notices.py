"""reviews, questions, their moderation, followers, and notices"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0027'
down_revision = "0026"
branch_labels = None
depends_on = None

APPEND_ONLY = ("review_versions", "content_reports", "moderation_decisions")


def upgrade() -> None:
    op.create_table('moderation_cases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('content_kind', sa.String(length=16), nullable=False),
    sa.Column('content_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("content_kind IN ('review', 'review_answer', 'question', 'question_answer')", name=op.f('ck_moderation_cases_kind_known')),
    sa.CheckConstraint("status <> 'hidden' OR reason <> ''", name=op.f('ck_moderation_cases_hidden_for_a_reason')),
    sa.CheckConstraint("status IN ('open', 'hidden', 'kept')", name=op.f('ck_moderation_cases_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_cases')),
    sa.UniqueConstraint('content_kind', 'content_id', name=op.f('uq_moderation_cases_content_kind_content_id'))
    )
    op.create_index('ix_moderation_cases_status', 'moderation_cases', ['status', 'changed_at', 'id'], unique=False)
    op.create_table('content_reports',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('reporter_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("reason IN ('insult', 'advertisement', 'untrue', 'private', 'other')", name=op.f('ck_content_reports_reason_known')),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_cases.id'], name=op.f('fk_content_reports_case_id')),
    sa.ForeignKeyConstraint(['reporter_id'], ['users.id'], name=op.f('fk_content_reports_reporter_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_reports')),
    sa.UniqueConstraint('case_id', 'reporter_id', name=op.f('uq_content_reports_case_id_reporter_id'))
    )
    op.create_table('moderation_decisions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('decision', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("decision <> 'hide' OR reason <> ''", name=op.f('ck_moderation_decisions_hidden_for_a_reason')),
    sa.CheckConstraint("decision IN ('hide', 'keep', 'restore')", name=op.f('ck_moderation_decisions_decision_known')),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_cases.id'], name=op.f('fk_moderation_decisions_case_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_moderation_decisions_decided_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_decisions'))
    )
    op.create_index('ix_moderation_decisions_case_id', 'moderation_decisions', ['case_id', 'id'], unique=False)
    op.create_table('notice_preferences',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.CheckConstraint("channel IN ('mail', 'app', 'none')", name=op.f('ck_notice_preferences_channel_known')),
    sa.CheckConstraint("kind IN ('parcel_to_pack', 'review_received', 'question_received', 'answer_received', 'harvest_opened', 'order_paid', 'parcel_shipped', 'order_refunded', 'moderation_result')", name=op.f('ck_notice_preferences_kind_known')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notice_preferences_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'kind', name=op.f('pk_notice_preferences'))
    )
    op.create_table('notices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recipient_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('parameters', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('parcel_to_pack', 'review_received', 'question_received', 'answer_received', 'harvest_opened', 'order_paid', 'parcel_shipped', 'order_refunded', 'moderation_result')", name=op.f('ck_notices_kind_known')),
    sa.CheckConstraint("path ~ '^/([^/]|$)'", name=op.f('ck_notices_path_of_this_site')),
    sa.ForeignKeyConstraint(['recipient_id'], ['users.id'], name=op.f('fk_notices_recipient_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('recipient_id', 'key', name=op.f('uq_notices_recipient_id_key'))
    )
    op.create_index('ix_notices_recipient_id', 'notices', ['recipient_id', 'id'], unique=False)
    op.create_index('ix_notices_unread', 'notices', ['recipient_id'], unique=False, postgresql_where=sa.text('read_at IS NULL'))
    op.create_table('producer_follows',
    sa.Column('producer_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('followed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_producer_follows_producer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_producer_follows_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('producer_id', 'user_id', name=op.f('pk_producer_follows'))
    )
    op.create_index('ix_producer_follows_user_id', 'producer_follows', ['user_id', 'followed_at'], unique=False)
    op.create_table('harvest_openings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_user_id', sa.Uuid(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_harvest_openings_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_harvest_openings'))
    )
    op.create_index('ix_harvest_openings_product_id', 'harvest_openings', ['product_id', 'opened_at'], unique=False)
    op.create_index('ix_harvest_openings_waiting', 'harvest_openings', ['id'], unique=False, postgresql_where=sa.text('finished_at IS NULL'))
    op.create_table('questions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('author_name', sa.String(length=120), nullable=False),
    sa.Column('body', sa.String(length=1000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("body <> ''", name=op.f('ck_questions_asked')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_questions_author_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_questions_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questions'))
    )
    op.create_index('ix_questions_product_id', 'questions', ['product_id', 'id'], unique=False, postgresql_where=sa.text('hidden_at IS NULL'))
    op.create_table('question_answers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('question_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('author_name', sa.String(length=160), nullable=False),
    sa.Column('by_producer', sa.Boolean(), nullable=False),
    sa.Column('body', sa.String(length=1000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("body <> ''", name=op.f('ck_question_answers_said')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_question_answers_author_id')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_question_answers_question_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_answers'))
    )
    op.create_index('ix_question_answers_question_id', 'question_answers', ['question_id', 'id'], unique=False)
    op.create_table('reviews',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_line_id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('producer_id', sa.Uuid(), nullable=False),
    sa.Column('lot_id', sa.Uuid(), nullable=True),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('author_name', sa.String(length=60), nullable=False),
    sa.Column('stars', sa.SmallInteger(), nullable=False),
    sa.Column('body', sa.String(length=2000), nullable=True),
    sa.Column('photo_keys', sa.ARRAY(sa.String(length=80)), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("author_name <> ''", name=op.f('ck_reviews_author_named')),
    sa.CheckConstraint("body <> ''", name=op.f('ck_reviews_body_said')),
    sa.CheckConstraint('cardinality(photo_keys) <= 4', name=op.f('ck_reviews_few_photos')),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_reviews_stars_range')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_reviews_author_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_reviews_lot_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_lines.id'], name=op.f('fk_reviews_order_line_id')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_reviews_producer_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_reviews_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviews')),
    sa.UniqueConstraint('order_line_id', name=op.f('uq_reviews_order_line_id'))
    )
    op.create_index(op.f('ix_reviews_lot_id'), 'reviews', ['lot_id'], unique=False)
    op.create_index('ix_reviews_producer_id', 'reviews', ['producer_id', 'id'], unique=False, postgresql_include=['stars'], postgresql_where=sa.text('hidden_at IS NULL'))
    op.create_index('ix_reviews_product_id', 'reviews', ['product_id', 'id'], unique=False, postgresql_include=['stars'], postgresql_where=sa.text('hidden_at IS NULL'))
    op.create_table('review_answers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('review_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.String(length=2000), nullable=False),
    sa.Column('answered_by', sa.Uuid(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("body <> ''", name=op.f('ck_review_answers_said')),
    sa.ForeignKeyConstraint(['answered_by'], ['users.id'], name=op.f('fk_review_answers_answered_by')),
    sa.ForeignKeyConstraint(['review_id'], ['reviews.id'], name=op.f('fk_review_answers_review_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_answers')),
    sa.UniqueConstraint('review_id', name=op.f('uq_review_answers_review_id'))
    )
    op.create_table('review_versions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('review_id', sa.Uuid(), nullable=False),
    sa.Column('stars', sa.SmallInteger(), nullable=False),
    sa.Column('body', sa.String(length=2000), nullable=True),
    sa.Column('photo_keys', sa.ARRAY(sa.String(length=80)), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['review_id'], ['reviews.id'], name=op.f('fk_review_versions_review_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_versions'))
    )
    op.create_index('ix_review_versions_review_id', 'review_versions', ['review_id', 'id'], unique=False)
    op.add_column('users', sa.Column('unread_notices', sa.Integer(), server_default='0', nullable=False))
    op.create_check_constraint(op.f("ck_users_unread_notices_positive"), "users", "unread_notices >= 0")
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
    op.drop_constraint(op.f("ck_users_unread_notices_positive"), "users", type_="check")
    op.drop_column("users", "unread_notices")
    for table in (
        "review_versions",
        "review_answers",
        "reviews",
        "question_answers",
        "questions",
        "harvest_openings",
        "producer_follows",
        "notices",
        "notice_preferences",
        "moderation_decisions",
        "content_reports",
        "moderation_cases",
    ):
        op.drop_table(table)
