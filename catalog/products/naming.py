"""What a product is called where it may be one of its variants."""

from sqlalchemy import Label, SQLColumnExpression, func

from catalog.products.models import Product, ProductVariant

_BETWEEN = " – "


def with_variant(product_name: str, variant_name: str | None) -> str:
    """ "Bưởi Phúc Trạch – loại 1"; the product's name alone where it is no variant."""
    return f"{product_name}{_BETWEEN}{variant_name}" if variant_name else product_name


def name_with_variant(
    product_name: SQLColumnExpression[str], variant_name: SQLColumnExpression[str | None] | SQLColumnExpression[str]
) -> SQLColumnExpression[str]:
    """The SQL of `with_variant`."""
    return func.concat_ws(_BETWEEN, product_name, variant_name)


def names_with_variant() -> tuple[Label[str], Label[str]]:
    """The SQL of `name_vi` and `name_en` of what is sold, for a statement that joins the variant with an outer join."""
    return (
        name_with_variant(Product.name_vi, ProductVariant.name_vi).label("name_vi"),
        name_with_variant(Product.name_en, ProductVariant.name_en).label("name_en"),
    )
