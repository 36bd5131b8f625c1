"""Wiring of the market."""

from flask import Flask

from core.config import Settings
from market.carts import models as carts_models
from market.carts import setup as carts
from market.checkout import setup as checkout
from market.disputes import models as disputes_models
from market.disputes import setup as disputes
from market.ledger import models as ledger_models
from market.offers import models as offers_models
from market.offers import setup as offers
from market.orders import models as orders_models
from market.orders import setup as orders
from market.payments import models as payments_models
from market.payments import setup as payments
from market.recalls import models as recalls_models
from market.recalls import setup as recalls
from market.reconciliation import models as reconciliation_models
from market.reconciliation import setup as reconciliation
from market.refunds import setup as refunds
from market.stalls import models as stalls_models
from market.stalls import setup as stalls
from market.storefront import setup as storefront

MODELS = (
    carts_models,
    disputes_models,
    ledger_models,
    offers_models,
    orders_models,
    payments_models,
    recalls_models,
    reconciliation_models,
    stalls_models,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of the market."""
    offers.init_app(app)
    carts.init_app(app)
    payments.init_app(app, settings)
    orders.init_app(app, settings)
    checkout.init_app(app, settings)
    refunds.init_app(app)
    disputes.init_app(app)
    reconciliation.init_app(app)
    recalls.init_app(app)
    stalls.init_app(app, settings)
    storefront.init_app(app)
