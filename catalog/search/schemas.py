"""Searching as JSON."""

from marshmallow import Schema, fields, validate

from catalog.products.models import Category
from catalog.products.schemas import CATEGORIES, PER_PAGE, PageArguments, PlaceSchema
from catalog.search.engine import MAX_COMMUNES, MAX_PER_PAGE, MAX_TEXT_LENGTH, SortOrder


class SearchArguments(PageArguments):
    """What to look for."""

    per_page = fields.Integer(load_default=PER_PAGE, validate=validate.Range(1, MAX_PER_PAGE))
    q = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_TEXT_LENGTH),
        metadata={"description": "Words; marks may be left out. Empty lists everything, newest first."},
    )
    commune = fields.List(
        fields.String(validate=validate.Regexp(r"^[0-9]{5}$")),
        load_default=list,
        validate=validate.Length(max=MAX_COMMUNES),
        metadata={"description": "Codes of communes, repeated for several: products of any of them."},
    )
    stars = fields.Integer(validate=validate.Range(3, 5), metadata={"description": "At least so many OCOP stars."})
    category = fields.Enum(Category, by_value=True)
    in_stock = fields.Boolean(load_default=False, metadata={"description": "Only what can be bought now."})
    sort = fields.Enum(SortOrder, by_value=True, load_default=SortOrder.RELEVANCE)


class SearchProducerSchema(Schema):
    """A producer, as far as search knows it."""

    slug = fields.String(required=True, attribute="producer_slug")
    name = fields.String(required=True, attribute="producer_name")


class SearchPlaceSchema(PlaceSchema):
    """A commune, as far as search knows it."""

    code = fields.String(required=True, attribute="commune_code")
    name = fields.String(required=True, attribute="commune_name")


class SearchHitSchema(Schema):
    """A product that was found."""

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    category = fields.String(required=True, validate=validate.OneOf(CATEGORIES))
    ocop_stars = fields.Integer(attribute="stars", allow_none=True, required=True)
    geographical_indication = fields.String(attribute="gi", allow_none=True, required=True)
    producer = fields.Function(
        lambda hit: SearchProducerSchema().dump(hit), metadata={"type": "object", "description": "Slug and name."}
    )
    commune = fields.Function(
        lambda hit: SearchPlaceSchema().dump(hit), metadata={"type": "object", "description": "Code and name."}
    )
    price_from_vnd = fields.Integer(
        allow_none=True, required=True, metadata={"description": "Lowest price of a unit in dong; null: not on sale."}
    )
    unit = fields.String(allow_none=True, required=True, metadata={"description": "Unit of that price."})
    available = fields.Integer(required=True, metadata={"description": "Units of that kind that can be bought now."})


class FacetValueSchema(Schema):
    """One value of a facet."""

    value = fields.String(required=True)
    label = fields.String(required=True)
    count = fields.Integer(required=True, metadata={"description": "Products that choosing this value gives."})


class FacetsSchema(Schema):
    """Counts per value, each under all filters but its own."""

    communes = fields.List(fields.Nested(FacetValueSchema), required=True)
    stars = fields.List(fields.Nested(FacetValueSchema), required=True)
    categories = fields.List(fields.Nested(FacetValueSchema), required=True)


class SearchResultSchema(Schema):
    """One page of what was found."""

    items = fields.List(fields.Nested(SearchHitSchema), attribute="hits", required=True)
    page = fields.Integer(required=True)
    per_page = fields.Integer(required=True)
    total = fields.Integer(required=True, metadata={"description": "Products over all pages."})
    facets = fields.Nested(FacetsSchema, required=True)
