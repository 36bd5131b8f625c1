"""Wiring of traceability."""

from flask import Flask

from core.accounts import RoleName
from core.config import Settings
from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, add_navigation
from core.web.api_reference import api
from traceability.corrections import views as corrections
from traceability.diary import models as diary_models
from traceability.diary import views as diary
from traceability.epcis.cli import epcis_commands
from traceability.journal import models as journal_models
from traceability.labels import views as labels
from traceability.lots import api as lots_api
from traceability.lots import models as lots_models
from traceability.lots import views as lots
from traceability.resolver import views as resolver
from traceability.tokens import cli as tokens_cli
from traceability.tokens import models as tokens_models
from traceability.tokens import views as tokens

MODELS = (diary_models, journal_models, lots_models, tokens_models)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of traceability."""
    for feature in (diary, lots, labels, resolver, tokens, corrections):
        app.register_blueprint(feature.blueprint)
    app.cli.add_command(tokens_cli.commands)
    api.register_blueprint(lots_api.blueprint)
    app.cli.add_command(epcis_commands)
    add_navigation(app, NavigationItem("lots.index", _l("Lots"), "qr-code", frozenset({RoleName.PRODUCER_MEMBER})))
