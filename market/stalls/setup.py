"""Wiring of the stalls."""

from flask import Flask

from core.accounts import RoleName
from core.config import Settings
from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, add_navigation
from market.payments.purposes import PurposeKind, register_purpose
from market.stalls.purpose import StallSalePurpose
from market.stalls.streams import LiveStreams, StreamTiming
from market.stalls.views import blueprint


def init_app(app: Flask, settings: Settings) -> None:
    """The pages, the live streams, and what a paid sale does."""
    app.extensions["live_streams"] = LiveStreams(app, settings.live_streams_limit, StreamTiming())
    app.register_blueprint(blueprint)
    register_purpose(PurposeKind.STALL_SALE, StallSalePurpose())
    add_navigation(
        app,
        NavigationItem(
            "stalls.index",
            _l("My stalls"),
            "shop-window",
            frozenset({RoleName.STALL_HOLDER}),
            first_for=frozenset({RoleName.STALL_HOLDER}),
        ),
        NavigationItem(
            "stalls.markets",
            _l("Market today"),
            "bar-chart",
            frozenset({RoleName.MARKET_MANAGER, RoleName.ADMINISTRATOR}),
            first_for=frozenset({RoleName.MARKET_MANAGER}),
        ),
    )
