"""The shop's public pages and the farm's home."""

from dataclasses import replace

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from catalog.products.models import Category
from catalog.search.engine import SortOrder
from catalog.search.queries import search_products
from core.accounts import RoleName, current_actor
from core.db import utc_now
from core.i18n import local_today
from core.web import public, roles
from core.web.paging import Page, requested_page
from market.followers.queries import is_following
from market.storefront import producers, queries
from market.storefront.buyer_prices import cards_for, offers_for
from market.storefront.cards import card_from_hit
from market.storefront.farm_queries import farm_overview
from market.storefront.rendering import render
from market.storefront.search_page import active_filters, facet_choices, query_from
from market.storefront.structured_data import structured_product
from traceability.attestations.queries import farm_notices

blueprint = Blueprint("storefront", __name__)
CARDS_ON_FRONT_PAGE = 8
PRODUCERS_ON_FRONT_PAGE = 6


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """The front page: what is fresh, from whom, and what scanning a code shows."""
    today, buyer_id = local_today(utc_now()), current_actor().user_id
    return render(
        "market/storefront/home.html",
        fresh=cards_for(buyer_id, queries.fresh_cards(today, limit=CARDS_ON_FRONT_PAGE)),
        newest=cards_for(buyer_id, queries.newest_cards(limit=CARDS_ON_FRONT_PAGE)),
        producers=producers.producer_cards(limit=PRODUCERS_ON_FRONT_PAGE),
        categories=[category for category in Category if category != Category.OTHER],
    )


@blueprint.get("/search")
@public
def search() -> ResponseReturnValue:
    """Products by words and filters; one question to the search engine, and for an account one for its prices."""
    query = query_from(request.args)
    result = search_products(query)
    cards = cards_for(current_actor().user_id, [card_from_hit(hit) for hit in result.hits])
    return render(
        "market/storefront/search.html",
        query=query,
        total=result.total,
        cards=Page(cards, result.page, result.per_page, min(result.total, result.pages * result.per_page)),
        choices=facet_choices(query, result.facets),
        filters=active_filters(query, result.facets),
        sort_orders=list(SortOrder),
        categories=list(Category),
    )


@blueprint.get("/products/<slug>")
@public
def product(slug: str) -> ResponseReturnValue:
    """One product: whose it is, where from, what it costs, and its latest lots."""
    page, buyer_id = queries.get_product_page(slug), current_actor().user_id
    if buyer_id is not None:
        page = replace(page, offers=offers_for(buyer_id, page.offers), related=cards_for(buyer_id, page.related))
    return render("market/storefront/product.html", page=page, structured=structured_product)


@blueprint.get("/producers/<slug>")
@public
def producer(slug: str) -> ResponseReturnValue:
    """One producer with their products."""
    page, buyer_id = producers.get_producer_page(slug, page=requested_page()), current_actor().user_id
    return render(
        "market/storefront/producer.html",
        producer=page.producer,
        cards=replace(page.cards, items=cards_for(buyer_id, page.cards.items)),
        rating=page.rating,
        reviews=page.reviews,
        is_following=is_following(buyer_id, page.producer.id),
    )


@blueprint.get("/farm")
@roles(RoleName.PRODUCER_MEMBER)
def farm_home() -> ResponseReturnValue:
    """What a producer's member needs to see first."""
    producers = producers_of(current_actor())
    producer_ids = [producer.id for producer in producers]
    return render_template(
        "market/storefront/farm_home.html",
        producers=producers,
        farm=farm_overview(producer_ids),
        attestations=farm_notices(producer_ids, today=local_today(utc_now())),
    )
