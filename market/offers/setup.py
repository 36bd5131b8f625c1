"""Wiring of offers."""

from flask import Flask

from catalog.search.registry import register_document_contribution
from core.jobs import every
from market.offers.buy_options import BUY_OPTIONS
from market.offers.categories import category_name
from market.offers.cli import commands
from market.offers.cycle_views import blueprint as cycle_pages
from market.offers.price_list_views import blueprint as price_list_pages
from market.offers.queries import search_fields
from market.offers.stock_views import blueprint as stock_pages
from market.offers.tasks import check_stock, follow_cycles
from market.offers.terms_views import blueprint as terms_pages
from market.offers.units import base_unit_of, unit_label
from market.offers.variant_views import blueprint as variant_pages
from market.offers.views import blueprint
from traceability.passport.offers import register_buy_options


def init_app(app: Flask) -> None:
    """Register the producers' pages, the check of stock, and the names of units and categories."""
    for pages in (blueprint, variant_pages, stock_pages, terms_pages, price_list_pages, cycle_pages):
        app.register_blueprint(pages)
    app.cli.add_command(commands)
    every(app, seconds=86_400, task=check_stock)
    every(app, seconds=300, task=follow_cycles)
    register_buy_options(app, BUY_OPTIONS)
    register_document_contribution(app, search_fields)
    app.jinja_env.filters["unit_label"] = unit_label
    app.jinja_env.filters["base_unit"] = base_unit_of
    app.jinja_env.filters["category_name"] = category_name
