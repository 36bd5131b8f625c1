"""Search for programs."""

from typing import Any

from flask_smorest import Blueprint

from catalog.search.engine import SearchQuery, SearchResult
from catalog.search.queries import search_products
from catalog.search.schemas import SearchArguments, SearchResultSchema
from core.web import public

blueprint = Blueprint("search_api", __name__, url_prefix="/api/v1/search", description="Finding products.")


@blueprint.route("")
@blueprint.arguments(SearchArguments, location="query")
@blueprint.response(200, SearchResultSchema)
@blueprint.alt_response(503, description="The search engine does not answer at the moment.")
@public
def search(arguments: dict[str, Any]) -> SearchResult:
    """Search published products

    All words must match: exactly, without their marks, with a slip of the keyboard, and the last one also as a
    beginning.
    """
    query = SearchQuery(
        text=arguments["q"],
        commune_codes=tuple(arguments["commune"]),
        min_stars=arguments.get("stars"),
        category=arguments.get("category"),
        in_stock=arguments["in_stock"],
        sort=arguments["sort"],
        page=arguments["page"],
        per_page=arguments["per_page"],
    )
    return search_products(query)
