"""Wiring of recalls."""

from flask import Flask

from core.accounts import RoleName
from core.i18n import format_number
from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.web import NavigationItem, add_navigation
from traceability.lots.guards import register_guard
from traceability.recalls import public_views, views
from traceability.recalls.queries import obstacles_by_recall
from traceability.recalls.sources import CERTIFICATE, INPUT_BATCH, LOT, PLOT, register_source
from traceability.recalls.tasks import warn

_SECONDS_BETWEEN_WARNINGS = 900


def init_app(app: Flask) -> None:
    """The pages, what recalls begin at, and the watch on deadlines."""
    for feature in (views, public_views):
        app.register_blueprint(feature.blueprint)
    app.jinja_env.filters["figure"] = format_number
    register_guard("recalls", obstacles_by_recall)
    register_source(app, "lot", LOT)
    register_source(app, "plot", PLOT)
    register_source(app, "input_batch", INPUT_BATCH)
    register_source(app, "certificate", CERTIFICATE)
    add_navigation(
        app,
        NavigationItem(
            "recalls.index",
            _l("Recalls"),
            "exclamation-triangle-fill",
            frozenset({RoleName.PRODUCER_MEMBER, RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR}),
        ),
    )
    every(app, seconds=_SECONDS_BETWEEN_WARNINGS, task=warn)
