"""Lots and their events for programs."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, jsonify
from flask.views import MethodView
from flask_smorest import Blueprint

from core.db import utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.web.access import public
from traceability.epcis.event_builders import epcis_document
from traceability.gs1.application_identifiers import check_element
from traceability.gs1.errors import Gs1Error
from traceability.gs1.identifiers import normalise_gtin
from traceability.gs1.links import lot_uri
from traceability.journal.corrections import brought_together
from traceability.journal.identifiers import lot_identifier
from traceability.journal.issuer import site_url
from traceability.journal.parties import PUBLIC
from traceability.journal.queries import events_of
from traceability.journal.redaction import Redactor
from traceability.lots.genealogy import Direction, read_trace
from traceability.lots.schemas import (
    EpcisDocumentSchema,
    GenealogyArguments,
    GenealogySchema,
    LotSchema,
    genealogy_json,
)
from traceability.passport.queries import find_record
from traceability.passport.record import TraceRecord
from traceability.tokens.edge import current_party

_DIRECTIONS: Final[Mapping[str, tuple[Direction, ...]]] = {
    "back": ("back",),
    "forward": ("forward",),
    "both": ("back", "forward"),
}

blueprint = Blueprint(
    "lots_api", __name__, url_prefix="/api/v1/lots", description="Lots of produce and what happened to them."
)


@blueprint.route("/<gtin>/<path:lot>")
@public
class LotResource(MethodView):
    """One lot."""

    @blueprint.response(200, LotSchema)
    def get(self, gtin: str, lot: str) -> dict[str, Any]:
        """The public facts of a lot.

        The GTIN may have 8, 12, 13 or 14 digits.
        """
        record = _record(gtin, lot)
        return {
            "gtin": record.gtin,
            "lot_number": record.lot_number,
            "uri": lot_uri(site_url(), record.gtin, record.lot_number),
            "product_name_vi": record.name_vi,
            "product_name_en": record.name_en,
            "producer_name": record.producer_name,
            "producer_gln": record.producer_gln,
            "plot_glns": record.plot_glns,
            "commune": record.commune,
            "province": record.province,
            "harvested_on": record.harvested_on,
            "best_before": record.best_before,
            "recorded_at": record.recorded_at,
            "quantity": record.quantity,
            "weight_grams": record.weight_grams,
            "grade": record.grade,
            "packed_quantity": record.packed_quantity,
            "unit": record.unit,
        }


@blueprint.route("/<gtin>/<path:lot>/events")
@public
class LotEvents(MethodView):
    """The events of one lot."""

    @blueprint.response(200, EpcisDocumentSchema, content_type="application/ld+json")
    def get(self, gtin: str, lot: str) -> Response:
        """The newest 200 events of a lot and of the parcels it was packed into, as an EPCIS 2.0 document.

        An event that was declared wrong is followed by the declaration and by what corrects it.
        """
        record = _record(gtin, lot)
        rows = brought_together(events_of(lot_identifier(record.gtin, record.lot_number)))
        redactor = Redactor(PUBLIC)
        events = [redactor.redact(row.payload, context=row.context) for row in rows]
        response = jsonify(epcis_document(events, created_at=utc_now()))
        response.mimetype = "application/ld+json"
        return response


@blueprint.route("/<gtin>/<path:lot>/genealogy")
@public
class LotGenealogy(MethodView):
    """The genealogy of one lot."""

    @blueprint.arguments(GenealogyArguments(), location="query")
    @blueprint.response(200, GenealogySchema)
    def get(self, arguments: dict[str, Any], gtin: str, lot: str) -> Response:
        """What a lot was made of, and what became of it, as far as the reader may see it.

        Over transformations and aggregations, whoever captured them. Whoever shows a token, or is signed in, reads
        what concerns them beside what is public.
        """
        gtin, lot = _checked_key(gtin, lot)
        identifier, limit, party = lot_identifier(gtin, lot), arguments["limit"], current_party()
        directions = _DIRECTIONS[arguments["direction"]]
        trace = read_trace(identifier, directions, limit=limit, party=party)
        if identifier not in trace.lots:
            raise NotFound
        return Response(genealogy_json(identifier, trace), mimetype="application/json")


def _record(gtin: str, lot: str) -> TraceRecord:
    """The record; raises Invalid that names the field, or NotFound."""
    record = find_record(*_checked_key(gtin, lot))
    if record is None:
        raise NotFound
    return record


def _checked_key(gtin: str, lot: str) -> tuple[str, str]:
    """The GTIN-14 and the lot number; raises Invalid that names the field."""
    try:
        gtin = normalise_gtin(gtin)
    except Gs1Error as error:
        reason = _(error.message_id)
        raise Invalid(reason % error.params if error.params else reason, field="gtin") from error
    try:
        check_element("10", lot)
    except Gs1Error as error:
        reason = _(error.message_id)
        raise Invalid(reason % error.params if error.params else reason, field="lot") from error
    return gtin, lot
