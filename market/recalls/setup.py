"""Wiring of the market's part in recalls."""

from flask import Flask

from core.outbox import subscribe
from market.recalls.handlers import (
    end_unpaid_orders,
    pause_recalled_offers,
    resume_released_offers,
    tell_who_bought,
)
from market.recalls.queries import recalls_of_order, sales_of_lots
from market.recalls.views import blueprint
from traceability.recalls.events import LotRecalled, SaleReleased
from traceability.recalls.sales import register_sales_source


def init_app(app: Flask) -> None:
    """The buyer's page, the answers for recalls, and what happens when lots are recalled."""
    app.register_blueprint(blueprint)
    register_sales_source(app, sales_of_lots)
    for handler in (pause_recalled_offers, end_unpaid_orders, tell_who_bought):
        subscribe(LotRecalled, handler)
    subscribe(SaleReleased, resume_released_offers)
    app.jinja_env.globals.update(recalls_of_order=recalls_of_order)
