"""What everybody reads about a packing house: the page behind its location trace code."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.db import utc_now
from core.i18n import local_today
from core.web.access import public
from traceability.attestations.packing_houses.forms import CODE_STATUS_NAMES
from traceability.attestations.packing_houses.queries import get_public_packing_house

blueprint = Blueprint("public_packing_houses", __name__)


@blueprint.get("/packing-houses/<gln>")
@public
def page(gln: str) -> ResponseReturnValue:
    """One packing house: its name, commune, whose it is, and the codes that authorities gave it."""
    return render_template(
        "traceability/attestations/packing_houses/public.html",
        house=get_public_packing_house(gln),
        today=local_today(utc_now()),
        status_names=CODE_STATUS_NAMES,
    )
