"""Products as JSON."""

from marshmallow import Schema, fields, validate

from catalog.products.models import Category

PER_PAGE = 24
MAX_PER_PAGE = 100
MAX_PAGE = 500
CATEGORIES = tuple(str(category) for category in Category)


class PageArguments(Schema):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, MAX_PAGE), metadata={"description": "From 1."})
    per_page = fields.Integer(load_default=PER_PAGE, validate=validate.Range(1, MAX_PER_PAGE))


class ProductListArguments(PageArguments):
    """Which products."""

    category = fields.Enum(Category, by_value=True)
    commune = fields.String(validate=validate.Regexp(r"^[0-9]{5}$"), metadata={"description": "Code of a commune."})


class PlaceSchema(Schema):
    """A commune, ward or special zone."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class ProducerSchema(Schema):
    """A producer."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    gln = fields.String(required=True, metadata={"description": "Global Location Number, 13 digits."})


class ProductCardSchema(Schema):
    """A product in a list."""

    id = fields.UUID(required=True)
    gtin = fields.String(required=True, metadata={"description": "GTIN-14."})
    slug = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    category = fields.String(required=True, validate=validate.OneOf(CATEGORIES))
    ocop_stars = fields.Integer(allow_none=True, required=True)
    geographical_indication = fields.String(allow_none=True, required=True)
    producer = fields.Nested(ProducerSchema, required=True)
    commune = fields.Nested(PlaceSchema, required=True)
    created_at = fields.AwareDateTime(required=True)


class VariantSchema(Schema):
    """A grade or size in which a product is sold."""

    id = fields.UUID(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)


class ProductDetailSchema(ProductCardSchema):
    """A product with all that its page shows."""

    variants = fields.List(
        fields.Nested(VariantSchema),
        required=True,
        metadata={"description": "In the producer's order; empty where the product is sold as it is."},
    )

    description_vi = fields.String(allow_none=True, required=True)
    description_en = fields.String(allow_none=True, required=True)
    brand = fields.String(allow_none=True, required=True)
    ocop_group = fields.String(allow_none=True, required=True)
    standards = fields.List(fields.String(), required=True)
    stages = fields.List(fields.String(), required=True)
    storage = fields.String(allow_none=True, required=True)
    shelf_life_days = fields.Integer(allow_none=True, required=True)
    updated_at = fields.AwareDateTime(required=True)


class ProductPageSchema(Schema):
    """One page of products."""

    items = fields.List(fields.Nested(ProductCardSchema), required=True)
    page = fields.Integer(required=True)
    per_page = fields.Integer(required=True)
    total = fields.Integer(required=True, metadata={"description": "Products over all pages."})
