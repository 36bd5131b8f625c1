"""Wiring of the market."""

from flask import Flask

from core.config import Settings
from market.carts import models as carts_models
from market.carts import setup as carts
from market.cash import models as cash_models
from market.cash import setup as cash
from market.checkout import setup as checkout
from market.collections import models as collections_models
from market.collections import setup as collections
from market.delivery import models as delivery_models
from market.delivery import setup as delivery
from market.disputes import models as disputes_models
from market.disputes import setup as disputes
from market.followers import models as followers_models
from market.followers import setup as followers
from market.ledger import models as ledger_models
from market.ledger import setup as ledger
from market.moderation import models as moderation_models
from market.moderation import setup as moderation
from market.notices import models as notices_models
from market.notices import setup as notices
from market.offers import models as offers_models
from market.offers import setup as offers
from market.orders import models as orders_models
from market.orders import setup as orders
from market.payments import models as payments_models
from market.payments import setup as payments
from market.payouts import models as payouts_models
from market.payouts import setup as payouts
from market.promotions import models as promotions_models
from market.promotions import setup as promotions
from market.questions import models as questions_models
from market.questions import setup as questions
from market.recalls import models as recalls_models
from market.recalls import setup as recalls
from market.reconciliation import models as reconciliation_models
from market.reconciliation import setup as reconciliation
from market.refunds import setup as refunds
from market.reports import models as reports_models
from market.reports import setup as reports
from market.returns import models as returns_models
from market.returns import setup as returns
from market.reviews import models as reviews_models
from market.reviews import setup as reviews
from market.stalls import models as stalls_models
from market.stalls import setup as stalls
from market.statements import setup as statements
from market.storefront import setup as storefront

MODELS = (
    carts_models,
    cash_models,
    collections_models,
    delivery_models,
    disputes_models,
    followers_models,
    ledger_models,
    moderation_models,
    notices_models,
    offers_models,
    orders_models,
    payments_models,
    payouts_models,
    promotions_models,
    questions_models,
    recalls_models,
    reconciliation_models,
    reports_models,
    returns_models,
    reviews_models,
    stalls_models,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of the market."""
    offers.init_app(app)
    promotions.init_app(app)
    delivery.init_app(app)
    carts.init_app(app)
    payments.init_app(app, settings)
    orders.init_app(app, settings)
    checkout.init_app(app, settings)
    cash.init_app(app)
    collections.init_app(app)
    refunds.init_app(app)
    disputes.init_app(app)
    reconciliation.init_app(app)
    returns.init_app(app)
    recalls.init_app(app)
    reviews.init_app(app)
    questions.init_app(app)
    moderation.init_app(app)
    followers.init_app(app)
    notices.init_app(app)
    stalls.init_app(app, settings)
    reports.init_app(app)
    statements.init_app(app)
    payouts.init_app(app)
    ledger.init_app(app)
    storefront.init_app(app)
