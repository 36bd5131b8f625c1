"""A producer's pages of labels: print runs and their files, designs, and the code of a lot as a picture."""

import uuid

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic, db
from core.errors import AppError, NotFound
from core.i18n import current_locale, format_number
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.forms import show_error
from traceability.gs1.links import lot_uri
from traceability.items.models import SerialBlock
from traceability.items.queries import blocks_of, serials_of
from traceability.journal.issuer import site_url
from traceability.labels.alignment import alignment_page
from traceability.labels.content import content_of
from traceability.labels.designs import DEFAULT_DESIGN, DESIGNS, Design
from traceability.labels.errors import LabelTooSmall, NotReady
from traceability.labels.fonts import fonts_folder
from traceability.labels.forms import PrintForm, PrintItemsForm
from traceability.labels.models import RunState
from traceability.labels.pdf import Labels, prepare_labels, single_page
from traceability.labels.qr import qr_png, qr_svg
from traceability.labels.queries import get_run, pieces_of, printed_up_to, runs_of, runs_of_lot
from traceability.labels.rules import KEPT_FOR, MOST_LABELS
from traceability.labels.svg import label_svg
from traceability.labels.usecases import ItemRange, print_labels
from traceability.lots.models import Lot
from traceability.lots.queries import get_lot
from traceability.lots.showing import product_name

blueprint = Blueprint("labels", __name__)


@blueprint.get("/farm/labels")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """All print runs of the producers the reader acts for, and the designs to try a printer with."""
    page = paginate(runs_of(current_actor()), page=requested_page(), per_page=20)
    return render_template(
        "traceability/labels/index.html",
        page=page,
        designs=DESIGNS,
        product_name=product_name,
        number=format_number,
    )


@blueprint.get("/farm/labels/designs/<design>/test.pdf")
@roles(RoleName.PRODUCER_MEMBER)
def test_print(design: str) -> ResponseReturnValue:
    """A page to try a printer with: outlines of the labels, and rulers."""
    return _file(f"test-{design}", alignment_page(_known(design), fonts=fonts_folder()), "application/pdf", "pdf")


@blueprint.route("/farm/lots/<uuid:lot_id>/labels", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new(lot_id: uuid.UUID) -> ResponseReturnValue:
    """Choose a design, see the label, and have labels printed: of the lot, or with `?block=` of its items."""
    lot = get_lot(current_actor(), lot_id)
    design = _known(request.args.get("design", DEFAULT_DESIGN))
    blocks = list(db.session.scalars(blocks_of(lot).limit(20)))
    block = _chosen_block(blocks)
    printed = printed_up_to([each.id for each in blocks])
    form = PrintForm() if block is None else PrintItemsForm()
    if request.method == "GET":
        form.start.data = 1
        form.copies.data = 1 if block is not None else 2 * design.labels_a_page if design.labels_a_page > 1 else 10
        if block is not None:
            done = printed.get(block.id, 0) % block.count
            form.first.data, form.last.data = done + 1, min(done + MOST_LABELS, block.count)
    if form.validate_on_submit():
        run_id = _print(form, lot, design, block)
        if run_id is not None:
            return redirect(url_for("labels.run", run_id=run_id), code=303)
    preview, refusal = _preview(lot, design, block)
    return render_template(
        "traceability/labels/new.html",
        lot=lot,
        name=product_name(lot.product),
        form=form,
        design=design,
        designs=DESIGNS,
        block=block,
        blocks=blocks,
        printed=printed,
        preview=preview,
        refusal=refusal,
        runs=runs_of_lot(lot),
        number=format_number,
    ), (422 if form.errors else 200)


@blueprint.get("/farm/labels/<uuid:run_id>")
@roles(RoleName.PRODUCER_MEMBER)
def run(run_id: uuid.UUID) -> ResponseReturnValue:
    """One print run: how far it is, and its file."""
    found = get_run(current_actor(), run_id)
    return render_template(
        "traceability/labels/run.html",
        run=found,
        name=product_name(found.lot.product),
        design=DESIGNS[found.design],
        days=KEPT_FOR.days,
        number=format_number,
    )


@blueprint.get("/farm/labels/<uuid:run_id>/labels.pdf")
@roles(RoleName.PRODUCER_MEMBER)
def run_file(run_id: uuid.UUID) -> ResponseReturnValue:
    """The file of a print run, sent piece by piece."""
    found = get_run(current_actor(), run_id)
    if found.state != RunState.READY or found.file_length is None:
        raise NotReady
    response = Response(stream_with_context(pieces_of(run_id)), mimetype="application/pdf")
    response.content_length = found.file_length
    name = f"{_plain(found.lot.lot_number)}-{found.design}-{found.label_count}"
    response.headers["Content-Disposition"] = f'{_disposition()}; filename="labels-{name}.pdf"'
    response.cache_control.private = True
    response.cache_control.no_store = True
    return response


@blueprint.get("/farm/lots/<uuid:lot_id>/qr.svg", endpoint="qr_svg")
@roles(RoleName.PRODUCER_MEMBER)
def qr_svg_view(lot_id: uuid.UUID) -> ResponseReturnValue:
    """The code of the lot as SVG."""
    lot = get_lot(current_actor(), lot_id)
    return _file(_name_of(lot), qr_svg(_link(lot)), "image/svg+xml", "svg")


@blueprint.get("/farm/lots/<uuid:lot_id>/qr.png", endpoint="qr_png")
@roles(RoleName.PRODUCER_MEMBER)
def qr_png_view(lot_id: uuid.UUID) -> ResponseReturnValue:
    """The code of the lot as PNG, at least 600 pixels wide."""
    lot = get_lot(current_actor(), lot_id)
    return _file(_name_of(lot), qr_png(_link(lot)), "image/png", "png")


@blueprint.get("/farm/lots/<uuid:lot_id>/label.pdf")
@roles(RoleName.PRODUCER_MEMBER)
def label_pdf(lot_id: uuid.UUID) -> ResponseReturnValue:
    """One page with labels of the lot, at once: `?design=` says which; without it one label of 100 × 50 mm."""
    lot = get_lot(current_actor(), lot_id)
    design = _known(request.args.get("design", DEFAULT_DESIGN))
    labels = prepare_labels(design, content_of(lot, locale=current_locale()), fonts=fonts_folder())
    return _file(_name_of(lot), single_page(labels, range(design.labels_a_page)), "application/pdf", "pdf")


def _known(code: str) -> Design:
    """The design with this code; raises NotFound."""
    if code not in DESIGNS:
        raise NotFound
    return DESIGNS[code]


def _chosen_block(blocks: list[SerialBlock]) -> SerialBlock | None:
    """The block that the address names; raises NotFound when the lot has no such block."""
    wanted = request.args.get("block")
    if not wanted:
        return None
    for block in blocks:
        if str(block.id) == wanted:
            return block
    raise NotFound


def _print(form: PrintForm, lot: Lot, design: Design, block: SerialBlock | None) -> uuid.UUID | None:
    """The id of the new run; None when the use case refused it, with its reason in the form."""
    copies, start = form.copies.data, form.start.data
    assert copies is not None
    items = None if block is None else ItemRange(block.id, form.first.data, form.last.data)
    try:
        with atomic():
            run_id = print_labels(
                actor=current_actor(),
                lot_id=lot.id,
                design=design.code,
                copies=copies,
                start=1 if start is None else start,
                items=items,
                reason=None if block is None else form.reason.data,
            ).id
    except AppError as error:
        show_error(form, error)
        return None
    return run_id


def _preview(lot: Lot, design: Design, block: SerialBlock | None) -> tuple[str | None, str]:
    """The first label as SVG, or None and why there is none."""
    serial = "" if block is None else next(serials_of(block))
    try:
        labels: Labels = prepare_labels(
            design, content_of(lot, locale=current_locale(), serial=serial), fonts=fonts_folder()
        )
    except LabelTooSmall as error:
        return None, str(error)
    return label_svg(labels, title=_("The first label, %(design)s", design=design.name)), ""


def _link(lot: Lot) -> str:
    return lot_uri(site_url(), lot.product.gtin, lot.lot_number)


def _name_of(lot: Lot) -> str:
    return f"lot-{_plain(lot.lot_number)}"


def _plain(text: str) -> str:
    """`text` in signs that every file system takes."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in text)


def _disposition() -> str:
    return "attachment" if "download" in request.args else "inline"


def _file(name: str, content: bytes, mimetype: str, extension: str) -> Response:
    """A file for the farmer alone; its name says what it is."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'{_disposition()}; filename="{name}.{extension}"'
    response.cache_control.private = True
    response.cache_control.max_age = 300
    response.add_etag()
    response.make_conditional(request)
    return response
