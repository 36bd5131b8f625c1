"""variants of products: grades and sizes with offers of their own, whose names orders keep"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLE = "product_variants"
WITHOUT_VARIANT = "uq_offers_product_id_unit_content_quantity"
WITH_VARIANT = "uq_offers_product_id_variant_id_unit_content_quantity"
OF_THE_PRODUCT = "fk_offers_product_id_variant_id"
NAMES = ("variant_name_vi", "variant_name_en")
NAMED_IN_BOTH = "ck_order_lines_variant_named_in_both"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("name_vi", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 10", name=op.f("ck_product_variants_position_range")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_variants_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_variants")),
        sa.UniqueConstraint("product_id", "id", name=op.f("uq_product_variants_product_id_id")),
        *(
            sa.UniqueConstraint(
                "product_id",
                column,
                name=op.f(f"uq_product_variants_product_id_{column}"),
                deferrable=True,
                initially="DEFERRED",
            )
            for column in ("position", "name_vi", "name_en")
        ),
    )
    op.add_column("offers", sa.Column("variant_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(OF_THE_PRODUCT, "offers", TABLE, ["product_id", "variant_id"], ["product_id", "id"])
    op.drop_constraint(WITHOUT_VARIANT, "offers", type_="unique")
    op.create_unique_constraint(
        WITH_VARIANT,
        "offers",
        ["product_id", "variant_id", "unit", "content_quantity"],
        postgresql_nulls_not_distinct=True,
    )
    for name in NAMES:
        op.add_column("order_lines", sa.Column(name, sa.String(length=60), nullable=True))
    op.create_check_constraint(
        op.f(NAMED_IN_BOTH), "order_lines", "num_nulls(variant_name_vi, variant_name_en) IN (0, 2)"
    )


def downgrade() -> None:
    # Two variants sold in one unit cannot be told apart without them: the unique constraint then refuses the way back.
    op.drop_constraint(WITH_VARIANT, "offers", type_="unique")
    op.create_unique_constraint(WITHOUT_VARIANT, "offers", ["product_id", "unit", "content_quantity"])
    op.drop_constraint(op.f(NAMED_IN_BOTH), "order_lines")
    for language in ("vi", "en"):
        op.execute(
            f"UPDATE order_lines SET product_name_{language} = "
            f"left(product_name_{language} || ' – ' || variant_name_{language}, 120) "
            f"WHERE variant_name_{language} IS NOT NULL"
        )
    for name in NAMES:
        op.drop_column("order_lines", name)
    op.drop_constraint(OF_THE_PRODUCT, "offers", type_="foreignkey")
    op.drop_column("offers", "variant_id")
    op.drop_table(TABLE)
