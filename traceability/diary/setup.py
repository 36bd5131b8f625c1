"""Wiring of the diary."""

from flask import Flask

from core.accounts import RoleName
from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, add_navigation
from traceability.diary import (
    entry_models,
    entry_views,
    models,
    override_views,
    photo_place_views,
    staff_views,
    store_models,
    store_views,
    views,
)
from traceability.diary.cli import commands
from traceability.diary.queries import glns_of_plots
from traceability.journal.party_places import register_party_places

MODELS = (entry_models, models, store_models)


def init_app(app: Flask) -> None:
    """Register the pages and the commands; let the journal know plots as places of their producers."""
    for feature in (views, entry_views, override_views, photo_place_views, staff_views, store_views):
        app.register_blueprint(feature.blueprint)
    app.cli.add_command(commands)
    members, officers = frozenset({RoleName.PRODUCER_MEMBER}), frozenset({RoleName.PROVINCE_OFFICER})
    add_navigation(
        app,
        NavigationItem("diary.home", _l("Diary"), "journal-text", members),
        NavigationItem("harvest_overrides.index", _l("Harvest permits"), "shield-check", officers),
    )
    register_party_places("plots", glns_of_plots)
