"""Wiring of orders."""

from flask import Flask

from core.accounts import RoleName
from core.config import Settings
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.web.navigation import NavigationItem, add_navigation
from core.web.sign_in_reasons import SignInReason, add_sign_in_reasons
from market.offers.stock_check import register_holding_orders
from market.orders.models import OrderLine
from market.orders.promises import orders_that_hold_stock
from market.orders.views import blueprint
from traceability.gs1.links import lot_uri
from traceability.lots.models import Lot


def init_app(app: Flask, settings: Settings) -> None:
    """The pages, the place in the header, and what the templates of orders and their mails need."""
    app.register_blueprint(blueprint)
    register_holding_orders(orders_that_hold_stock)
    add_navigation(
        app,
        NavigationItem("orders.farm_index", _l("Orders"), "box-seam", frozenset({RoleName.PRODUCER_MEMBER})),
    )
    add_sign_in_reasons(
        app,
        SignInReason(
            "orders.own_index",
            _l("Sign in to see the orders that you placed with your account."),
            _l("An order placed without an account is behind the link in the mail that confirmed it."),
            "storefront.home",
            _l("To the shop"),
        ),
    )

    def lot_path(lot: Lot) -> str:
        """The path of a lot's public record on this site."""
        return lot_uri(settings.site_url, lot.product.gtin, lot.lot_number).removeprefix(settings.site_url)

    def line_name(line: OrderLine) -> str:
        return line.name(current_locale())

    app.jinja_env.globals.update(lot_path=lot_path, line_name=line_name, site_url=settings.site_url)
