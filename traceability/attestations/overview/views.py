"""The first page of a producer's attestations: what stands, what ends, what is to be done."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.db import utc_now
from core.i18n import local_today
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.attestations.certificates.queries import certificates_to_list, status_of
from traceability.attestations.laboratory.queries import results_of
from traceability.attestations.packing_houses.queries import packing_houses_of
from traceability.attestations.queries import farm_notices
from traceability.attestations.self_checks.queries import self_checks_of

blueprint = Blueprint("attestations", __name__)


@blueprint.get("/farm/attestations")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """Certificates, self-checks, laboratory results and packing houses of the reader's producers."""
    producer_ids = [producer.id for producer in producers_of(current_actor())]
    today = local_today(utc_now())
    return render_template(
        "traceability/attestations/index.html",
        has_producer=bool(producer_ids),
        today=today,
        notices=farm_notices(producer_ids, today=today),
        certificates=certificates_to_list(producer_ids),
        self_checks=self_checks_of(producer_ids),
        results=paginate(results_of(producer_ids), page=requested_page(), per_page=20),
        packing_houses=packing_houses_of(producer_ids),
        status=lambda certificate: status_of(certificate, today),
    )
