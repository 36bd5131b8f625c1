"""Wiring of the market."""

from flask import Flask

from core.config import Settings
from market.carts import models as carts_models
from market.carts import setup as carts
from market.checkout import setup as checkout
from market.ledger import models as ledger_models
from market.offers import models as offers_models
from market.offers import setup as offers
from market.orders import models as orders_models
from market.orders import setup as orders
from market.payments import models as payments_models
from market.payments import setup as payments
from market.promotions import models as promotions_models
from market.promotions import setup as promotions
from market.recalls import models as recalls_models
from market.recalls import setup as recalls
from market.stalls import models as stalls_models
from market.stalls import setup as stalls
from market.storefront import setup as storefront

MODELS = (
    carts_models,
    ledger_models,
    offers_models,
    orders_models,
    payments_models,
    promotions_models,
    recalls_models,
    stalls_models,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of the market."""
    offers.init_app(app)
    promotions.init_app(app)
    carts.init_app(app)
    payments.init_app(app, settings)
    orders.init_app(app, settings)
    checkout.init_app(app, settings)
    recalls.init_app(app)
    stalls.init_app(app, settings)
    storefront.init_app(app)
