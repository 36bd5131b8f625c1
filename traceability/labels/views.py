"""The QR code of a lot as a picture and on labels to print."""

import uuid
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.access import roles
from core.web.templating import local_date
from traceability.gs1.element_strings import format_element_string
from traceability.gs1.links import lot_uri
from traceability.journal.issuer import site_url
from traceability.labels.pdf import LabelContent, a4_sheet, roll_label
from traceability.labels.qr import qr_png, qr_svg
from traceability.lots.models import Lot
from traceability.lots.queries import get_lot

blueprint = Blueprint("labels", __name__)


@blueprint.get("/farm/lots/<uuid:lot_id>/qr.svg", endpoint="qr_svg")
@roles(RoleName.PRODUCER_MEMBER)
def qr_svg_view(lot_id: uuid.UUID) -> ResponseReturnValue:
    """The code of the lot as SVG."""
    lot = get_lot(current_actor(), lot_id)
    return _file(lot, qr_svg(_link(lot)), "image/svg+xml", "svg")


@blueprint.get("/farm/lots/<uuid:lot_id>/qr.png", endpoint="qr_png")
@roles(RoleName.PRODUCER_MEMBER)
def qr_png_view(lot_id: uuid.UUID) -> ResponseReturnValue:
    """The code of the lot as PNG, at least 600 pixels wide."""
    lot = get_lot(current_actor(), lot_id)
    return _file(lot, qr_png(_link(lot)), "image/png", "png")


@blueprint.get("/farm/lots/<uuid:lot_id>/label.pdf")
@roles(RoleName.PRODUCER_MEMBER)
def label_pdf(lot_id: uuid.UUID) -> ResponseReturnValue:
    """The label of the lot: 100 × 50 mm for a roll, or with `?sheet=a4` ten on a sheet."""
    lot = get_lot(current_actor(), lot_id)
    content = _content(lot)
    fonts = Path(current_app.root_path) / "static" / "fonts"
    make = a4_sheet if request.args.get("sheet") == "a4" else roll_label
    return _file(lot, make(content, fonts=fonts), "application/pdf", "pdf")


def _link(lot: Lot) -> str:
    return lot_uri(site_url(), lot.product.gtin, lot.lot_number)


def _content(lot: Lot) -> LabelContent:
    facts = [(_("Lot"), lot.lot_number), (_("Harvested"), local_date(lot.harvested_on))]
    if lot.best_before is not None:
        facts.append((_("Best before"), local_date(lot.best_before)))
    product = lot.product
    return LabelContent(
        link=_link(lot),
        product=product.name_en if current_locale() == "en" else product.name_vi,
        producer=product.producer.name,
        stars=product.ocop_stars or 0,
        facts=tuple(facts),
        human_readable=format_element_string((("01", product.gtin), ("10", lot.lot_number))),
    )


def _file(lot: Lot, content: bytes, mimetype: str, extension: str) -> Response:
    """A file for the farmer alone; its name says which lot it is of, in signs that every file system takes."""
    response = Response(content, mimetype=mimetype)
    name = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in lot.lot_number)
    disposition = "attachment" if "download" in request.args else "inline"
    response.headers["Content-Disposition"] = f'{disposition}; filename="lot-{name}.{extension}"'
    response.cache_control.private = True
    response.cache_control.max_age = 300
    response.add_etag()
    response.make_conditional(request)
    return response
