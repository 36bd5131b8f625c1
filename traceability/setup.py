"""Wiring of traceability."""

from flask import Flask

from core.accounts import RoleName
from core.config import Settings
from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.web import NavigationItem, add_navigation
from core.web.api_reference import api
from traceability.attestations import setup as attestations
from traceability.capture import models as capture_models
from traceability.capture import setup as capture
from traceability.corrections import views as corrections
from traceability.diary import setup as diary
from traceability.diary_bulk import views as diary_bulk
from traceability.diary_exports import models as diary_exports_models
from traceability.diary_exports import setup as diary_exports_setup
from traceability.diary_imports import models as diary_imports_models
from traceability.diary_imports import setup as diary_imports_setup
from traceability.dossiers import setup as dossiers
from traceability.epcis.cli import epcis_commands
from traceability.epcis_rest import api as epcis_api
from traceability.epcis_rest import documented as epcis_documented
from traceability.epcis_rest import protocol as epcis_protocol
from traceability.gs1.cli import commands as gs1_commands
from traceability.items import models as items_models
from traceability.items import views as items
from traceability.items.tasks import resume as resume_commissioning
from traceability.journal import models as journal_models
from traceability.labels import models as labels_models
from traceability.labels import views as labels
from traceability.labels.tasks import remove_old
from traceability.labels.tasks import resume as resume_drawing
from traceability.lots import genealogy_models, shipment_models
from traceability.lots import genealogy_views as genealogy
from traceability.lots import leaving_views as lots_gone
from traceability.lots import making_views as lots_made
from traceability.lots import models as lots_models
from traceability.lots import packing_views as packing
from traceability.lots import setup as lots_setup
from traceability.lots import shipping_views as shipments
from traceability.lots import views as lots
from traceability.passport import api as lots_api
from traceability.passport import views as passport
from traceability.plant_protection import models as plant_protection_models
from traceability.problem_reports import models as problem_reports_models
from traceability.problem_reports import setup as problem_reports_setup
from traceability.problem_reports import views as problem_reports
from traceability.recalls import models as recalls_models
from traceability.recalls import setup as recalls
from traceability.resolver import farm_views as resolver_links
from traceability.resolver import models as resolver_models
from traceability.resolver import views as resolver
from traceability.resolver.tasks import check_links
from traceability.sensors import api as sensors_api
from traceability.sensors import models as sensors_models
from traceability.sensors import setup as sensors_setup
from traceability.sensors import views as sensors
from traceability.subscriptions import api as subscriptions_api
from traceability.subscriptions import models as subscriptions_models
from traceability.subscriptions import setup as subscriptions_setup
from traceability.subscriptions import views as subscriptions
from traceability.tokens import cli as tokens_cli
from traceability.tokens import models as tokens_models
from traceability.tokens import views as tokens

MODELS = (
    *attestations.MODELS,
    *diary.MODELS,
    *dossiers.MODELS,
    capture_models,
    diary_exports_models,
    diary_imports_models,
    items_models,
    journal_models,
    labels_models,
    genealogy_models,
    lots_models,
    shipment_models,
    recalls_models,
    plant_protection_models,
    problem_reports_models,
    resolver_models,
    sensors_models,
    subscriptions_models,
    tokens_models,
)

PAGES = (
    corrections,
    diary_bulk,
    genealogy,
    items,
    labels,
    lots,
    lots_gone,
    lots_made,
    packing,
    passport,
    problem_reports,
    resolver,
    resolver_links,
    sensors,
    shipments,
    subscriptions,
    tokens,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of traceability."""
    for feature in PAGES:
        app.register_blueprint(feature.blueprint)
    epcis_documented.init_app(api)
    for interface in (lots_api, epcis_api, sensors_api, subscriptions_api):
        api.register_blueprint(interface.blueprint)
    epcis_protocol.init_app(app)
    capture.init_app(app)
    lots_setup.init_app()
    problem_reports_setup.init_app(app)
    sensors_setup.init_app(app)
    diary_exports_setup.init_app(app)
    diary_imports_setup.init_app(app)
    subscriptions_setup.init_app(app)
    for commands in (epcis_commands, gs1_commands, tokens_cli.commands):
        app.cli.add_command(commands)
    diary.init_app(app)
    members = frozenset({RoleName.PRODUCER_MEMBER})
    add_navigation(app, NavigationItem("lots.index", _l("Lots"), "qr-code", members))
    add_navigation(app, NavigationItem("links.index", _l("Links"), "link-45deg", members))
    recalls.init_app(app)
    attestations.init_app(app)
    dossiers.init_app(app)
    every(app, seconds=3600, task=check_links)
    every(app, seconds=60, task=resume_commissioning)
    every(app, seconds=60, task=resume_drawing)
    every(app, seconds=86_400, task=remove_old)
