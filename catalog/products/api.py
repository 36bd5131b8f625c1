"""Products for programs."""

from typing import Any

from flask_smorest import Blueprint

from catalog.products.models import Product
from catalog.products.queries import get_published_product, published_products
from catalog.products.schemas import ProductDetailSchema, ProductListArguments, ProductPageSchema
from core.web import Page, paginate, public

blueprint = Blueprint(
    "products_api", __name__, url_prefix="/api/v1/products", description="What is grown and made, and by whom."
)


@blueprint.route("")
@blueprint.arguments(ProductListArguments, location="query")
@blueprint.response(200, ProductPageSchema)
@public
def list_products(arguments: dict[str, Any]) -> Page[Product]:
    """List published products

    Newest first, in pages.
    """
    statement = published_products(category=arguments.get("category"), commune_code=arguments.get("commune"))
    return paginate(statement, page=arguments["page"], per_page=arguments["per_page"])


@blueprint.route("/<slug>")
@blueprint.response(200, ProductDetailSchema)
@blueprint.alt_response(404, description="There is no such published product.")
@public
def show_product(slug: str) -> Product:
    """Show one published product"""
    return get_published_product(slug)
