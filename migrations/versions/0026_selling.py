"""stock cards, quantities and price lists, promotions, goods priced by weight, harvests ordered beforehand"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CHECKS = {
    "offers": {
        "min_quantity_range": "min_quantity BETWEEN 1 AND 999",
        "max_quantity_range": "max_quantity BETWEEN min_quantity AND 999",
        "quantity_step_range": "quantity_step BETWEEN 1 AND 999",
        "weighed_whole": "num_nulls(price_per_kg_vnd, average_grams, weight_tolerance_percent) IN (0, 3)",
        "average_grams_range": "average_grams BETWEEN 10 AND 100000",
        "weight_tolerance_range": "weight_tolerance_percent BETWEEN 0 AND 50",
        "estimate_from_weight": "price_vnd = (price_per_kg_vnd * average_grams + 500) / 1000",
    },
    "orders": {"discount_range": "discount_vnd BETWEEN 0 AND goods_vnd + delivery_vnd"},
    "parcels": {
        "discounts_range": "producer_discount_vnd >= 0 AND site_discount_vnd >= 0 "
        "AND producer_discount_vnd + site_discount_vnd <= goods_vnd + delivery_vnd",
    },
    "order_lines": {
        "discount_range": "discount_vnd BETWEEN 0 AND line_total_vnd",
        "weighed_whole": "num_nulls(price_per_kg_vnd, estimated_grams, weight_tolerance_percent) IN (0, 3)",
        "weighed_with_price": "num_nulls(packed_grams, final_vnd) IN (0, 2)",
        "only_weighed_goods_weigh": "packed_grams IS NULL OR price_per_kg_vnd IS NOT NULL",
        "packed_positive": "packed_grams > 0 AND final_vnd >= 0",
    },
    "stock_movements": {
        "order_where_there_is_one": "CASE WHEN kind IN ('reserve', 'release', 'sell') THEN order_id IS NOT NULL "
        "WHEN kind = 'return' THEN true ELSE order_id IS NULL END",
        "changes_fit_kind": "CASE kind WHEN 'reserve' THEN on_hand_change = 0 AND reserved_change > 0 "
        "WHEN 'release' THEN on_hand_change = 0 AND reserved_change < 0 "
        "WHEN 'sell' THEN on_hand_change < 0 AND reserved_change = on_hand_change "
        "WHEN 'spoil' THEN on_hand_change < 0 AND reserved_change = 0 "
        "WHEN 'count' THEN on_hand_change <> 0 AND reserved_change = 0 "
        "ELSE on_hand_change > 0 AND reserved_change = 0 END",
        "never_oversold": "0 <= reserved_after AND reserved_after <= on_hand_after",
    },
}
KINDS = "kind IN ('harvest_in', 'count', 'reserve', 'release', 'sell', 'spoil', 'return')"

# A movement follows the last one of its offer; the rows that one statement adds see each other.
CONTINUE_CARD = """
    CREATE FUNCTION continue_stock_card() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        last record;
    BEGIN
        SELECT number, on_hand_after, reserved_after INTO last FROM stock_movements
        WHERE offer_id = NEW.offer_id ORDER BY number DESC LIMIT 1;
        NEW.number = coalesce(last.number, 0) + 1;
        NEW.on_hand_after = coalesce(last.on_hand_after, 0) + NEW.on_hand_change;
        NEW.reserved_after = coalesce(last.reserved_after, 0) + NEW.reserved_change;
        RETURN NEW;
    END $$
"""

# At the commit the offer says what its card says last.
CHECK_CARD = """
    CREATE FUNCTION check_stock_card() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        checked uuid;
        offer record;
        last record;
    BEGIN
        IF TG_TABLE_NAME = 'offers' THEN checked = NEW.id; ELSE checked = NEW.offer_id; END IF;
        SELECT on_hand, reserved INTO offer FROM offers WHERE id = checked;
        SELECT on_hand_after, reserved_after INTO last FROM stock_movements
        WHERE offer_id = checked ORDER BY number DESC LIMIT 1;
        IF (offer.on_hand, offer.reserved)
            IS DISTINCT FROM (coalesce(last.on_hand_after, 0), coalesce(last.reserved_after, 0)) THEN
            RAISE EXCEPTION 'the stock of offer % is not what its movements say', checked
                USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_is_its_movements';
        END IF;
        RETURN NULL;
    END $$
"""

TRIGGERS = (
    CONTINUE_CARD,
    CHECK_CARD,
    "CREATE TRIGGER stock_movements_continue BEFORE INSERT ON stock_movements "
    "FOR EACH ROW EXECUTE FUNCTION continue_stock_card()",
    "CREATE CONSTRAINT TRIGGER stock_movements_agree AFTER INSERT ON stock_movements "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_stock_card()",
    "CREATE CONSTRAINT TRIGGER offers_agree AFTER INSERT OR UPDATE OF on_hand, reserved ON offers "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_stock_card()",
    "CREATE TRIGGER order_discounts_append_only BEFORE UPDATE OR DELETE ON order_discounts "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER order_discounts_never_truncated BEFORE TRUNCATE ON order_discounts "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)


def upgrade() -> None:
    op.create_table('price_lists',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('producer_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_price_lists_created_by')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_price_lists_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_lists'))
    )
    op.create_index('ix_price_lists_producer_id', 'price_lists', ['producer_id', 'id'], unique=False)
    op.create_table('promotions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name_vi', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=True),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=True),
    sa.Column('max_discount_vnd', sa.BigInteger(), nullable=True),
    sa.Column('producer_id', sa.Uuid(), nullable=True),
    sa.Column('borne_by', sa.String(length=8), nullable=False),
    sa.Column('stacking', sa.String(length=8), nullable=False),
    sa.Column('minimum_spend_vnd', sa.BigInteger(), nullable=False),
    sa.Column('budget_vnd', sa.BigInteger(), nullable=True),
    sa.Column('spent_vnd', sa.BigInteger(), nullable=False),
    sa.Column('max_uses', sa.Integer(), nullable=True),
    sa.Column('max_uses_per_person', sa.Integer(), nullable=True),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'amount') = (amount_vnd IS NOT NULL)", name=op.f('ck_promotions_amount_with_its_kind')),
    sa.CheckConstraint("(kind = 'percentage') = (percent IS NOT NULL)", name=op.f('ck_promotions_percent_with_its_kind')),
    sa.CheckConstraint("borne_by = 'site' OR producer_id IS NOT NULL", name=op.f('ck_promotions_bearer_is_there')),
    sa.CheckConstraint("borne_by IN ('producer', 'site')", name=op.f('ck_promotions_bearer_known')),
    sa.CheckConstraint("code ~ '^[A-Z0-9]{4,20}$'", name=op.f('ck_promotions_code_form')),
    sa.CheckConstraint("kind IN ('percentage', 'amount', 'free_delivery')", name=op.f('ck_promotions_kind_known')),
    sa.CheckConstraint("max_discount_vnd IS NULL OR kind = 'percentage'", name=op.f('ck_promotions_cap_with_its_kind')),
    sa.CheckConstraint("stacking IN ('together', 'alone')", name=op.f('ck_promotions_stacking_known')),
    sa.CheckConstraint('amount_vnd BETWEEN 1000 AND 99999999', name=op.f('ck_promotions_amount_range')),
    sa.CheckConstraint('max_discount_vnd BETWEEN 1000 AND 99999999', name=op.f('ck_promotions_cap_range')),
    sa.CheckConstraint('max_uses > 0 AND max_uses_per_person > 0 AND budget_vnd > 0', name=op.f('ck_promotions_limits_positive')),
    sa.CheckConstraint('minimum_spend_vnd BETWEEN 0 AND 99999999', name=op.f('ck_promotions_minimum_spend_range')),
    sa.CheckConstraint('percent BETWEEN 1 AND 90', name=op.f('ck_promotions_percent_range')),
    sa.CheckConstraint('spent_vnd >= 0 AND (budget_vnd IS NULL OR spent_vnd <= budget_vnd)', name=op.f('ck_promotions_within_budget')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_promotions_starts_before_it_ends')),
    sa.CheckConstraint('uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)', name=op.f('ck_promotions_never_used_too_often')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_promotions_created_by')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_promotions_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotions')),
    sa.UniqueConstraint('code', name=op.f('uq_promotions_code'))
    )
    op.create_index('ix_promotions_producer_id', 'promotions', ['producer_id', 'id'], unique=False)
    op.create_index('ix_promotions_running', 'promotions', ['ends_at'], unique=False, postgresql_where=sa.text('code IS NULL AND ended_at IS NULL'))
    op.create_table('cart_vouchers',
    sa.Column('cart_id', sa.Uuid(), nullable=False),
    sa.Column('promotion_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['cart_id'], ['carts.id'], name=op.f('fk_cart_vouchers_cart_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotions.id'], name=op.f('fk_cart_vouchers_promotion_id')),
    sa.PrimaryKeyConstraint('cart_id', 'promotion_id', name=op.f('pk_cart_vouchers'))
    )
    op.create_table('price_list_buyers',
    sa.Column('price_list_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['price_list_id'], ['price_lists.id'], name=op.f('fk_price_list_buyers_price_list_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_price_list_buyers_user_id')),
    sa.PrimaryKeyConstraint('price_list_id', 'user_id', name=op.f('pk_price_list_buyers'))
    )
    op.create_index(op.f('ix_price_list_buyers_user_id'), 'price_list_buyers', ['user_id'], unique=False)
    op.create_table('promotion_uses',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('promotion_id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('discount_vnd', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('reserved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'reserved') = (settled_at IS NULL)", name=op.f('ck_promotion_uses_settled_once')),
    sa.CheckConstraint("status IN ('reserved', 'spent', 'released')", name=op.f('ck_promotion_uses_status_known')),
    sa.CheckConstraint('discount_vnd > 0', name=op.f('ck_promotion_uses_discount_positive')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_promotion_uses_order_id')),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotions.id'], name=op.f('fk_promotion_uses_promotion_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_promotion_uses_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotion_uses')),
    sa.UniqueConstraint('promotion_id', 'order_id', name=op.f('uq_promotion_uses_promotion_id_order_id'))
    )
    op.create_index('ix_promotion_uses_order_id', 'promotion_uses', ['order_id'], unique=False)
    op.create_index('ix_promotion_uses_phone', 'promotion_uses', ['promotion_id', 'phone'], unique=False)
    op.create_index('ix_promotion_uses_user_id', 'promotion_uses', ['promotion_id', 'user_id'], unique=False)
    op.create_table('order_cycles',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('offer_id', sa.Uuid(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('harvest_from', sa.Date(), nullable=False),
    sa.Column('harvest_until', sa.Date(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by', sa.Uuid(), nullable=True),
    sa.Column('cancel_reason', sa.String(length=300), nullable=True),
    sa.CheckConstraint('harvest_from <= harvest_until', name=op.f('ck_order_cycles_harvest_in_order')),
    sa.CheckConstraint('num_nulls(cancelled_at, cancel_reason) IN (0, 2)', name=op.f('ck_order_cycles_cancelled_with_reason')),
    sa.CheckConstraint('opens_at < closes_at', name=op.f('ck_order_cycles_opens_before_it_closes')),
    sa.ForeignKeyConstraint(['cancelled_by'], ['users.id'], name=op.f('fk_order_cycles_cancelled_by')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_order_cycles_created_by')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('fk_order_cycles_offer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_cycles'))
    )
    op.create_index('ix_order_cycles_offer_id', 'order_cycles', ['offer_id', 'opens_at'], unique=False)
    op.create_table('price_list_prices',
    sa.Column('price_list_id', sa.Uuid(), nullable=False),
    sa.Column('offer_id', sa.Uuid(), nullable=False),
    sa.Column('from_quantity', sa.Integer(), nullable=False),
    sa.Column('price_vnd', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('from_quantity BETWEEN 1 AND 999', name=op.f('ck_price_list_prices_from_quantity_range')),
    sa.CheckConstraint('price_vnd BETWEEN 1000 AND 99999999', name=op.f('ck_price_list_prices_price_range')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('fk_price_list_prices_offer_id')),
    sa.ForeignKeyConstraint(['price_list_id'], ['price_lists.id'], name=op.f('fk_price_list_prices_price_list_id')),
    sa.PrimaryKeyConstraint('price_list_id', 'offer_id', 'from_quantity', name=op.f('pk_price_list_prices'))
    )
    op.create_index(op.f('ix_price_list_prices_offer_id'), 'price_list_prices', ['offer_id'], unique=False)
    op.create_table('price_tiers',
    sa.Column('offer_id', sa.Uuid(), nullable=False),
    sa.Column('from_quantity', sa.Integer(), nullable=False),
    sa.Column('price_vnd', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('from_quantity BETWEEN 2 AND 999', name=op.f('ck_price_tiers_from_quantity_range')),
    sa.CheckConstraint('price_vnd BETWEEN 1000 AND 99999999', name=op.f('ck_price_tiers_price_range')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('fk_price_tiers_offer_id')),
    sa.PrimaryKeyConstraint('offer_id', 'from_quantity', name=op.f('pk_price_tiers'))
    )
    op.create_table('cancelled_cycle_orders',
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_vnd > 0', name=op.f('ck_cancelled_cycle_orders_amount_positive')),
    sa.ForeignKeyConstraint(['cycle_id'], ['order_cycles.id'], name=op.f('fk_cancelled_cycle_orders_cycle_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_cancelled_cycle_orders_order_id')),
    sa.PrimaryKeyConstraint('cycle_id', 'order_id', name=op.f('pk_cancelled_cycle_orders'))
    )
    op.create_index(op.f('ix_cancelled_cycle_orders_order_id'), 'cancelled_cycle_orders', ['order_id'], unique=False)
    op.create_table('order_discounts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('parcel_id', sa.Uuid(), nullable=False),
    sa.Column('line_id', sa.Uuid(), nullable=True),
    sa.Column('promotion_id', sa.Uuid(), nullable=False),
    sa.Column('borne_by', sa.String(length=8), nullable=False),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("borne_by IN ('producer', 'site')", name=op.f('ck_order_discounts_bearer_known')),
    sa.CheckConstraint('amount_vnd > 0', name=op.f('ck_order_discounts_amount_positive')),
    sa.ForeignKeyConstraint(['line_id'], ['order_lines.id'], name=op.f('fk_order_discounts_line_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_discounts_order_id')),
    sa.ForeignKeyConstraint(['parcel_id'], ['parcels.id'], name=op.f('fk_order_discounts_parcel_id')),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotions.id'], name=op.f('fk_order_discounts_promotion_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_discounts')),
    sa.UniqueConstraint('parcel_id', 'line_id', 'promotion_id', name=op.f('uq_order_discounts_parcel_id_line_id_promotion_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_order_discounts_order_id', 'order_discounts', ['order_id', 'id'], unique=False)
    op.add_column('offers', sa.Column('lot_id', sa.Uuid(), nullable=True))
    op.add_column('offers', sa.Column('min_quantity', sa.Integer(), server_default='1', nullable=False))
    op.add_column('offers', sa.Column('max_quantity', sa.Integer(), nullable=True))
    op.add_column('offers', sa.Column('quantity_step', sa.Integer(), server_default='1', nullable=False))
    op.add_column('offers', sa.Column('price_per_kg_vnd', sa.BigInteger(), nullable=True))
    op.add_column('offers', sa.Column('average_grams', sa.Integer(), nullable=True))
    op.add_column('offers', sa.Column('weight_tolerance_percent', sa.Integer(), nullable=True))
    op.add_column('offers', sa.Column('is_preorder', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_index(op.f('ix_offers_lot_id'), 'offers', ['lot_id'], unique=False)
    op.create_foreign_key(op.f('fk_offers_lot_id'), 'offers', 'lots', ['lot_id'], ['id'])
    op.add_column('order_lines', sa.Column('discount_vnd', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('order_lines', sa.Column('promised_lot_id', sa.Uuid(), nullable=True))
    op.add_column('order_lines', sa.Column('cycle_id', sa.Uuid(), nullable=True))
    op.add_column('order_lines', sa.Column('price_per_kg_vnd', sa.BigInteger(), nullable=True))
    op.add_column('order_lines', sa.Column('estimated_grams', sa.Integer(), nullable=True))
    op.add_column('order_lines', sa.Column('weight_tolerance_percent', sa.Integer(), nullable=True))
    op.add_column('order_lines', sa.Column('packed_grams', sa.Integer(), nullable=True))
    op.add_column('order_lines', sa.Column('final_vnd', sa.BigInteger(), nullable=True))
    op.create_index(op.f('ix_order_lines_cycle_id'), 'order_lines', ['cycle_id'], unique=False)
    op.create_foreign_key(op.f('fk_order_lines_cycle_id'), 'order_lines', 'order_cycles', ['cycle_id'], ['id'])
    op.create_foreign_key(op.f('fk_order_lines_promised_lot_id'), 'order_lines', 'lots', ['promised_lot_id'], ['id'])
    op.add_column('orders', sa.Column('discount_vnd', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('orders', sa.Column('reserved_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('parcels', sa.Column('producer_discount_vnd', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('parcels', sa.Column('site_discount_vnd', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('parcels', sa.Column('repriced_vnd', sa.BigInteger(), nullable=True))
    op.add_column('stock_movements', sa.Column('number', sa.Integer(), nullable=True))
    op.add_column('stock_movements', sa.Column('on_hand_after', sa.Integer(), nullable=True))
    op.add_column('stock_movements', sa.Column('reserved_after', sa.Integer(), nullable=True))
    op.add_column('stock_movements', sa.Column('lot_id', sa.Uuid(), nullable=True))
    op.add_column('stock_movements', sa.Column('note', sa.String(length=200), nullable=True))
    op.drop_index(op.f('ix_stock_movements_offer_id'), table_name='stock_movements')
    op.drop_constraint(op.f('uq_stock_movements_order_id_offer_id_kind'), 'stock_movements', type_='unique')
    op.create_index('ix_stock_movements_lot_id', 'stock_movements', ['lot_id'], unique=False, postgresql_where=sa.text('lot_id IS NOT NULL'))
    op.create_index('uq_stock_movements_ended_once', 'stock_movements', ['order_id', 'offer_id'], unique=True, postgresql_where=sa.text("kind IN ('release', 'sell')"))
    op.create_unique_constraint(op.f('uq_stock_movements_offer_id_number'), 'stock_movements', ['offer_id', 'number'])
    op.create_index('uq_stock_movements_reserved_once', 'stock_movements', ['order_id', 'offer_id'], unique=True, postgresql_where=sa.text("kind = 'reserve'"))
    op.create_foreign_key(op.f('fk_stock_movements_lot_id'), 'stock_movements', 'lots', ['lot_id'], ['id'])
    op.drop_constraint(op.f("ck_stock_movements_orders_do_not_count"), "stock_movements", type_="check")
    op.drop_constraint(op.f("ck_stock_movements_kind_known"), "stock_movements", type_="check")
    op.create_check_constraint(op.f("ck_stock_movements_kind_known"), "stock_movements", KINDS)
    _rewrite_movements(
        "UPDATE stock_movements SET number = card.number, on_hand_after = card.on_hand, reserved_after = card.reserved "
        "FROM (SELECT id, row_number() OVER past AS number, sum(on_hand_change) OVER past AS on_hand, "
        "sum(reserved_change) OVER past AS reserved FROM stock_movements "
        "WINDOW past AS (PARTITION BY offer_id ORDER BY created_at, id)) card WHERE card.id = stock_movements.id"
    )
    for column in ("number", "on_hand_after", "reserved_after"):
        op.alter_column("stock_movements", column, nullable=False)
    op.execute("UPDATE orders SET reserved_until = placed_at + interval '35 minutes'")
    op.drop_constraint(op.f("ck_orders_total_adds_up"), "orders", type_="check")
    op.create_check_constraint(
        op.f("ck_orders_total_adds_up"), "orders", "total_vnd = goods_vnd + delivery_vnd - discount_vnd"
    )
    # A voucher may have paid for all that is recalled.
    op.drop_constraint(op.f("ck_recalled_orders_amount_positive"), "recalled_orders", type_="check")
    op.create_check_constraint(op.f("ck_recalled_orders_amount_not_negative"), "recalled_orders", "affected_vnd >= 0")
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for statement in TRIGGERS:
        op.execute(statement)


def _rewrite_movements(statement: str) -> None:
    """Change rows by hand that the site itself never changes."""
    op.execute("ALTER TABLE stock_movements DISABLE TRIGGER stock_movements_append_only")
    op.execute(statement)
    op.execute("ALTER TABLE stock_movements ENABLE TRIGGER stock_movements_append_only")


def downgrade() -> None:
    for table, name in (
        ("offers", "offers_agree"),
        ("stock_movements", "stock_movements_agree"),
        ("stock_movements", "stock_movements_continue"),
    ):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION check_stock_card()")
    op.execute("DROP FUNCTION continue_stock_card()")
    op.drop_constraint(op.f("ck_recalled_orders_amount_not_negative"), "recalled_orders", type_="check")
    op.execute(
        "ALTER TABLE recalled_orders ADD CONSTRAINT ck_recalled_orders_amount_positive CHECK (affected_vnd > 0) "
        "NOT VALID"
    )
    for table, checks in CHECKS.items():
        for name in checks:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.drop_constraint(op.f("ck_orders_total_adds_up"), "orders", type_="check")
    # Orders that got a discount keep their totals, which no longer add up without the discount.
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_total_adds_up CHECK (total_vnd = goods_vnd + delivery_vnd) "
        "NOT VALID"
    )
    op.drop_constraint(op.f("ck_stock_movements_kind_known"), "stock_movements", type_="check")
    _rewrite_movements(
        "UPDATE stock_movements SET kind = 'count', order_id = NULL WHERE kind IN ('harvest_in', 'spoil', 'return')"
    )
    op.create_check_constraint(
        op.f("ck_stock_movements_kind_known"), "stock_movements", "kind IN ('count', 'reserve', 'release', 'sell')"
    )
    op.create_check_constraint(
        op.f("ck_stock_movements_orders_do_not_count"), "stock_movements", "(kind = 'count') = (order_id IS NULL)"
    )
    op.drop_constraint(op.f('fk_stock_movements_lot_id'), 'stock_movements', type_='foreignkey')
    op.drop_index('uq_stock_movements_reserved_once', table_name='stock_movements', postgresql_where=sa.text("kind = 'reserve'"))
    op.drop_constraint(op.f('uq_stock_movements_offer_id_number'), 'stock_movements', type_='unique')
    op.drop_index('uq_stock_movements_ended_once', table_name='stock_movements', postgresql_where=sa.text("kind IN ('release', 'sell')"))
    op.drop_index('ix_stock_movements_lot_id', table_name='stock_movements', postgresql_where=sa.text('lot_id IS NOT NULL'))
    op.create_unique_constraint(op.f('uq_stock_movements_order_id_offer_id_kind'), 'stock_movements', ['order_id', 'offer_id', 'kind'], postgresql_nulls_not_distinct=False)
    op.create_index(op.f('ix_stock_movements_offer_id'), 'stock_movements', ['offer_id', 'id'], unique=False)
    op.drop_column('stock_movements', 'note')
    op.drop_column('stock_movements', 'lot_id')
    op.drop_column('stock_movements', 'reserved_after')
    op.drop_column('stock_movements', 'on_hand_after')
    op.drop_column('stock_movements', 'number')
    op.drop_column('parcels', 'repriced_vnd')
    op.drop_column('parcels', 'site_discount_vnd')
    op.drop_column('parcels', 'producer_discount_vnd')
    op.drop_column('orders', 'reserved_until')
    op.drop_column('orders', 'discount_vnd')
    op.drop_constraint(op.f('fk_order_lines_promised_lot_id'), 'order_lines', type_='foreignkey')
    op.drop_constraint(op.f('fk_order_lines_cycle_id'), 'order_lines', type_='foreignkey')
    op.drop_index(op.f('ix_order_lines_cycle_id'), table_name='order_lines')
    op.drop_column('order_lines', 'final_vnd')
    op.drop_column('order_lines', 'packed_grams')
    op.drop_column('order_lines', 'weight_tolerance_percent')
    op.drop_column('order_lines', 'estimated_grams')
    op.drop_column('order_lines', 'price_per_kg_vnd')
    op.drop_column('order_lines', 'cycle_id')
    op.drop_column('order_lines', 'promised_lot_id')
    op.drop_column('order_lines', 'discount_vnd')
    op.drop_constraint(op.f('fk_offers_lot_id'), 'offers', type_='foreignkey')
    op.drop_index(op.f('ix_offers_lot_id'), table_name='offers')
    op.drop_column('offers', 'is_preorder')
    op.drop_column('offers', 'weight_tolerance_percent')
    op.drop_column('offers', 'average_grams')
    op.drop_column('offers', 'price_per_kg_vnd')
    op.drop_column('offers', 'quantity_step')
    op.drop_column('offers', 'max_quantity')
    op.drop_column('offers', 'min_quantity')
    op.drop_column('offers', 'lot_id')
    op.drop_index('ix_order_discounts_order_id', table_name='order_discounts')
    op.drop_table('order_discounts')
    op.drop_index(op.f('ix_cancelled_cycle_orders_order_id'), table_name='cancelled_cycle_orders')
    op.drop_table('cancelled_cycle_orders')
    op.drop_table('price_tiers')
    op.drop_index(op.f('ix_price_list_prices_offer_id'), table_name='price_list_prices')
    op.drop_table('price_list_prices')
    op.drop_index('ix_order_cycles_offer_id', table_name='order_cycles')
    op.drop_table('order_cycles')
    op.drop_index('ix_promotion_uses_user_id', table_name='promotion_uses')
    op.drop_index('ix_promotion_uses_phone', table_name='promotion_uses')
    op.drop_index('ix_promotion_uses_order_id', table_name='promotion_uses')
    op.drop_table('promotion_uses')
    op.drop_index(op.f('ix_price_list_buyers_user_id'), table_name='price_list_buyers')
    op.drop_table('price_list_buyers')
    op.drop_table('cart_vouchers')
    op.drop_index('ix_promotions_running', table_name='promotions', postgresql_where=sa.text('code IS NULL AND ended_at IS NULL'))
    op.drop_index('ix_promotions_producer_id', table_name='promotions')
    op.drop_table('promotions')
    op.drop_index('ix_price_lists_producer_id', table_name='price_lists')
    op.drop_table('price_lists')
