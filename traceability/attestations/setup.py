"""Wiring of attestations."""

from flask import Flask

from core.accounts import RoleName
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.web import NavigationItem, add_navigation
from traceability.attestations.certificates import models as certificates_models
from traceability.attestations.certificates import supervision_views
from traceability.attestations.certificates import views as certificates
from traceability.attestations.checklists import models as checklists_models
from traceability.attestations.checklists.cli import commands
from traceability.attestations.deadlines.tasks import warn_of_deadlines
from traceability.attestations.files import models as files_models
from traceability.attestations.files import views as files
from traceability.attestations.inspections import models as inspections_models
from traceability.attestations.inspections import views as inspections
from traceability.attestations.inspections.policies import INSPECTORS
from traceability.attestations.laboratory import models as laboratory_models
from traceability.attestations.laboratory import views as laboratory
from traceability.attestations.markets import market_name
from traceability.attestations.overview import views as overview
from traceability.attestations.packing_houses import models as packing_houses_models
from traceability.attestations.packing_houses import public_views as public_packing_houses
from traceability.attestations.packing_houses import views as packing_houses
from traceability.attestations.packing_houses.queries import glns_of_packing_houses, packing_places_of
from traceability.attestations.self_checks import evidence_views
from traceability.attestations.self_checks import models as self_checks_models
from traceability.attestations.self_checks import views as self_checks
from traceability.journal.party_places import register_party_places
from traceability.lots.packing_places import register_packing_places

MODELS = (
    certificates_models,
    checklists_models,
    files_models,
    inspections_models,
    laboratory_models,
    packing_houses_models,
    self_checks_models,
)
_SECONDS_BETWEEN_WARNINGS = 3600


def in_reader_language(thing: object, field: str) -> str:
    """`thing.<field>_vi` or `thing.<field>_en`, as the reader reads."""
    return str(getattr(thing, f"{field}_{current_locale()}"))


def init_app(app: Flask) -> None:
    """Register the pages, the command and the warnings."""
    for feature in (
        overview,
        self_checks,
        evidence_views,
        inspections,
        certificates,
        supervision_views,
        laboratory,
        packing_houses,
        public_packing_houses,
        files,
    ):
        app.register_blueprint(feature.blueprint)
    app.cli.add_command(commands)
    app.jinja_env.filters["worded"] = in_reader_language
    app.jinja_env.filters["market_name"] = market_name
    add_navigation(
        app,
        NavigationItem(
            "attestations.index", _l("Certificates"), "patch-check-fill", frozenset({RoleName.PRODUCER_MEMBER})
        ),
        NavigationItem(
            "inspections.index",
            _l("Inspections"),
            "shield-check",
            frozenset(INSPECTORS),
            first_for=frozenset({RoleName.INSPECTOR}),
        ),
    )
    register_packing_places("packing houses", packing_places_of)
    register_party_places("packing houses", glns_of_packing_houses)
    every(app, seconds=_SECONDS_BETWEEN_WARNINGS, task=warn_of_deadlines)
