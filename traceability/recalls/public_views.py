"""What everybody reads about recalls: the list, and a page for each."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.i18n import current_locale
from core.web.access import public
from core.web.paging import paginate, requested_page
from traceability.gs1.links import lot_uri
from traceability.journal.issuer import site_url
from traceability.recalls.forms import CLASS_NAMES
from traceability.recalls.models import RecallLot
from traceability.recalls.queries import get_public_recall, public_recalls

blueprint = Blueprint("public_recalls", __name__, url_prefix="/recalls")


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    """Approved recalls, the newest first."""
    return render_template(
        "traceability/recalls/public_index.html",
        page=paginate(public_recalls(), page=requested_page(), per_page=20),
        class_names=CLASS_NAMES,
        notice_of=lambda recall: recall.notice(current_locale()),
    )


@blueprint.get("/<number>")
@public
def page(number: str) -> ResponseReturnValue:
    """One recall as consumers need it: which lots, what to do."""
    recall = get_public_recall(number.upper())
    return render_template(
        "traceability/recalls/public.html",
        recall=recall,
        advice=recall.notice(current_locale()),
        class_name=CLASS_NAMES[recall.recall_class],
        record_path=_record_path,
        product_name=lambda product: product.name_en if current_locale() == "en" else product.name_vi,
    )


def _record_path(row: RecallLot) -> str:
    return lot_uri(site_url(), row.lot.product.gtin, row.lot.lot_number).removeprefix(site_url())
