"""producers' delivery methods with zones, rates and slots; what goods weigh and whether they travel cooled"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delivery_methods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("free_from_vnd", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("opening_hours", sa.String(length=200), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('courier', 'cool_chain', 'pick_up')", name=op.f("ck_delivery_methods_kind_known")
        ),
        sa.CheckConstraint(
            "num_nulls(address, commune_code, opening_hours) = CASE kind WHEN 'pick_up' THEN 0 ELSE 3 END",
            name=op.f("ck_delivery_methods_pick_up_has_a_place"),
        ),
        sa.CheckConstraint("free_from_vnd > 0", name=op.f("ck_delivery_methods_free_from_positive")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_delivery_methods_producer_id")),
        sa.ForeignKeyConstraint(["commune_code"], ["communes.code"], name=op.f("fk_delivery_methods_commune_code")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_delivery_methods_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_methods")),
    )
    op.create_index("ix_delivery_methods_producer_id", "delivery_methods", ["producer_id", "id"])
    op.create_table(
        "delivery_zones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("extra_kg_vnd", sa.BigInteger(), nullable=True),
        sa.Column("is_elsewhere", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("extra_kg_vnd BETWEEN 0 AND 10000000", name=op.f("ck_delivery_zones_extra_kg_range")),
        sa.ForeignKeyConstraint(["method_id"], ["delivery_methods.id"], name=op.f("fk_delivery_zones_method_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_zones")),
    )
    op.create_index("ix_delivery_zones_method_id", "delivery_zones", ["method_id", "id"])
    op.create_index(
        "uq_delivery_zones_one_elsewhere",
        "delivery_zones",
        ["method_id"],
        unique=True,
        postgresql_where=sa.text("is_elsewhere"),
    )
    op.create_table(
        "delivery_zone_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=True),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(province_code, commune_code) = 1", name=op.f("ck_delivery_zone_places_one_place")
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["delivery_zones.id"], name=op.f("fk_delivery_zone_places_zone_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["province_code"], ["provinces.code"], name=op.f("fk_delivery_zone_places_province_code")
        ),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["communes.code"], name=op.f("fk_delivery_zone_places_commune_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_zone_places")),
        sa.UniqueConstraint("zone_id", "province_code", name=op.f("uq_delivery_zone_places_zone_id_province_code")),
        sa.UniqueConstraint("zone_id", "commune_code", name=op.f("uq_delivery_zone_places_zone_id_commune_code")),
    )
    op.create_table(
        "delivery_rates",
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("up_to_grams", sa.Integer(), nullable=False),
        sa.Column("fee_vnd", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("up_to_grams BETWEEN 1 AND 1000000", name=op.f("ck_delivery_rates_up_to_grams_range")),
        sa.CheckConstraint("fee_vnd BETWEEN 0 AND 10000000", name=op.f("ck_delivery_rates_fee_range")),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["delivery_zones.id"], name=op.f("fk_delivery_rates_zone_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("zone_id", "up_to_grams", name=op.f("pk_delivery_rates")),
    )
    op.create_table(
        "delivery_slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_hour", sa.Integer(), nullable=False),
        sa.Column("until_hour", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("cutoff_hours", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_delivery_slots_weekday_range")),
        sa.CheckConstraint(
            "0 <= from_hour AND from_hour < until_hour AND until_hour <= 24",
            name=op.f("ck_delivery_slots_hours_range"),
        ),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000", name=op.f("ck_delivery_slots_capacity_range")),
        sa.CheckConstraint("cutoff_hours BETWEEN 0 AND 336", name=op.f("ck_delivery_slots_cutoff_range")),
        sa.ForeignKeyConstraint(["method_id"], ["delivery_methods.id"], name=op.f("fk_delivery_slots_method_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_slots")),
        sa.UniqueConstraint(
            "method_id",
            "weekday",
            "from_hour",
            "until_hour",
            name=op.f("uq_delivery_slots_method_id_weekday_from_hour_until_hour"),
        ),
    )
    op.add_column("offers", sa.Column("shipping_grams", sa.Integer(), nullable=True))
    op.add_column(
        "offers", sa.Column("needs_cool_chain", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_offers_shipping_grams_range"), "offers", "shipping_grams BETWEEN 1 AND 100000"
    )


def downgrade() -> None:
    op.drop_column("offers", "needs_cool_chain")
    op.drop_column("offers", "shipping_grams")
    op.drop_table("delivery_slots")
    op.drop_table("delivery_rates")
    op.drop_table("delivery_zone_places")
    op.drop_table("delivery_zones")
    op.drop_table("delivery_methods")
