"""Readings from devices: `POST /api/v1/sensors/readings` with the device's token."""

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from core.accounts.setup import csrf
from core.db import atomic, utc_now
from core.i18n import gettext as _
from core.web.access import public
from core.web.setup import limiter
from traceability.journal.parties import SENSOR
from traceability.sensors.schemas import ReadingsSchema, TakenReadingsSchema
from traceability.sensors.taking import RefusedReading, record_readings
from traceability.tokens.edge import party_with

BATCHES_A_MINUTE = "120/minute"

blueprint = Blueprint(
    "sensors_api", __name__, url_prefix="/api/v1/sensors", description="Readings of thermometers and hygrometers."
)
csrf.exempt(blueprint)  # a token is needed for whatever writes here, and no browser sends one by itself


@blueprint.route("/readings", methods=["POST"])
@blueprint.arguments(ReadingsSchema)
@blueprint.response(200, TakenReadingsSchema)
@blueprint.alt_response(401, description="There is no token, or it opens nothing (any more).")
@blueprint.alt_response(403, description="The token is not that of a sensor.")
@blueprint.alt_response(429, description="Too many batches; see Retry-After.")
@blueprint.doc(
    operationId="sendSensorReadings",
    parameters=[
        {
            "in": "header",
            "name": "Authorization",
            "description": "`Bearer` and the token of the device.",
            "required": True,
            "schema": {"type": "string"},
        }
    ],
)
@limiter.limit(BATCHES_A_MINUTE)
@public
def send_readings(body: dict[str, Any]) -> ResponseReturnValue:
    """Send readings of a device

    The batch becomes one event of the journal, about what the device stands beside. Sending it again is harmless;
    another value for a time that was told before corrects it, and both stay in the journal. A reading that cannot be
    believed is named and left out; when that is all of them, the answer is 422.
    """
    party = party_with(SENSOR)
    with atomic():
        taken = record_readings(party=party, readings=body["readings"])
    if taken.refused and not (taken.stored or taken.known):
        refusal = jsonify(_all_refused(taken.refused))
        refusal.status_code = 422
        return refusal
    answer: dict[str, Any] = {
        "stored": taken.stored,
        "corrected": taken.corrected,
        "known": taken.known,
        "refused": taken.refused,
    }
    if "sent_at" in body:
        answer["clock_ahead_seconds"] = round((body["sent_at"] - utc_now()).total_seconds())
    return answer


def _all_refused(refused: list[RefusedReading]) -> dict[str, Any]:
    """The same shape as the errors that the schema finds."""
    message = str(_("None of these readings can be believed."))
    problems: dict[int, dict[str, list[str]]] = {}
    for reading in refused:
        problems.setdefault(reading.index, {})[reading.field] = [reading.message]
    return {"code": 422, "status": message, "message": message, "errors": {"readings": problems}}
