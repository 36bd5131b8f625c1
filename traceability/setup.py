"""Wiring of traceability."""

from flask import Flask

from core.accounts import RoleName
from core.config import Settings
from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.web import NavigationItem, add_navigation
from core.web.api_reference import api
from traceability.capture import models as capture_models
from traceability.capture import setup as capture
from traceability.corrections import views as corrections
from traceability.diary import models as diary_models
from traceability.diary import views as diary
from traceability.epcis.cli import epcis_commands
from traceability.epcis_rest import api as epcis_api
from traceability.epcis_rest import documented as epcis_documented
from traceability.epcis_rest import protocol as epcis_protocol
from traceability.gs1.cli import commands as gs1_commands
from traceability.journal import models as journal_models
from traceability.labels import views as labels
from traceability.lots import api as lots_api
from traceability.lots import genealogy_views as genealogy
from traceability.lots import models as lots_models
from traceability.lots import views as lots
from traceability.recalls import models as recalls_models
from traceability.recalls import setup as recalls
from traceability.resolver import farm_views as resolver_links
from traceability.resolver import models as resolver_models
from traceability.resolver import views as resolver
from traceability.resolver.tasks import check_links
from traceability.subscriptions import api as subscriptions_api
from traceability.subscriptions import models as subscriptions_models
from traceability.subscriptions import setup as subscriptions_setup
from traceability.subscriptions import views as subscriptions
from traceability.tokens import cli as tokens_cli
from traceability.tokens import models as tokens_models
from traceability.tokens import views as tokens

MODELS = (
    capture_models,
    diary_models,
    journal_models,
    lots_models,
    recalls_models,
    resolver_models,
    subscriptions_models,
    tokens_models,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of traceability."""
    for feature in (corrections, diary, lots, genealogy, labels, resolver, resolver_links, subscriptions, tokens):
        app.register_blueprint(feature.blueprint)
    epcis_documented.init_app(api)
    for interface in (lots_api, epcis_api, subscriptions_api):
        api.register_blueprint(interface.blueprint)
    epcis_protocol.init_app(app)
    capture.init_app(app)
    subscriptions_setup.init_app(app)
    for commands in (epcis_commands, gs1_commands, tokens_cli.commands):
        app.cli.add_command(commands)
    members = frozenset({RoleName.PRODUCER_MEMBER})
    add_navigation(app, NavigationItem("lots.index", _l("Lots"), "qr-code", members))
    add_navigation(app, NavigationItem("links.index", _l("Links"), "link-45deg", members))
    recalls.init_app(app)
    every(app, seconds=3600, task=check_links)
