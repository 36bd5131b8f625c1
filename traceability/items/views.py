"""A producer's page of the serial numbers of a lot."""

import csv
import io
import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError
from core.i18n import format_number, ngettext
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.forms import show_error
from traceability.gs1.links import item_uri
from traceability.items.forms import IssueForm
from traceability.items.queries import blocks_of, count_serials, get_block, serials_of
from traceability.items.usecases import issue_serials
from traceability.journal.issuer import site_url
from traceability.lots.models import Lot
from traceability.lots.queries import get_lot
from traceability.lots.showing import lot_amount, product_name

blueprint = Blueprint("items", __name__)
_LINES_A_PIECE = 1000


@blueprint.get("/farm/lots/<uuid:lot_id>/items")
@roles(RoleName.PRODUCER_MEMBER)
def index(lot_id: uuid.UUID) -> ResponseReturnValue:
    """The blocks of serial numbers of a lot, and the form for another one."""
    return _page(get_lot(current_actor(), lot_id), IssueForm())


@blueprint.post("/farm/lots/<uuid:lot_id>/items")
@roles(RoleName.PRODUCER_MEMBER)
def issue(lot_id: uuid.UUID) -> ResponseReturnValue:
    """Issue a block of serial numbers."""
    lot = get_lot(current_actor(), lot_id)
    form = IssueForm()
    if form.validate_on_submit():
        try:
            with atomic():
                count = issue_serials(
                    actor=current_actor(), lot_id=lot_id, count=form.count.data or 0, prefix=form.prefix.data
                ).count
        except AppError as error:
            show_error(form, error)
        else:
            flash(
                ngettext(
                    "%(amount)s serial number was issued. Print its label now.",
                    "%(amount)s serial numbers were issued. Print their labels now.",
                    count,
                    amount=format_number(count),
                ),
                "success",
            )
            return redirect(url_for("items.index", lot_id=lot_id), code=303)
    return _page(lot, form), 422


@blueprint.get("/farm/items/<uuid:block_id>/serials.csv")
@roles(RoleName.PRODUCER_MEMBER)
def serials_csv(block_id: uuid.UUID) -> ResponseReturnValue:
    """The serial numbers of a block with their links, for a printing house."""
    block = get_block(current_actor(), block_id)
    links = partial(item_uri, site_url(), block.lot.product.gtin, lot=block.lot.lot_number)
    response = Response(_csv(serials_of(block), links), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="serials-{block.first + 1}-{block.ends}.csv"'
    response.cache_control.no_store = True
    return response


def _csv(serials: Iterable[str], link_of: Callable[[str], str]) -> Iterator[str]:
    """The lines, so many at a time. They are sent when the request is over: nothing here may ask for it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("serial", "link"))
    for number, serial in enumerate(serials, start=1):
        writer.writerow((serial, link_of(serial)))
        if number % _LINES_A_PIECE == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _page(lot: Lot, form: IssueForm) -> str:
    page = paginate(blocks_of(lot), page=requested_page(), per_page=20)
    examples = {block.id: next(serials_of(block)) for block in page.items[:1]}
    return render_template(
        "traceability/items/index.html",
        lot=lot,
        name=product_name(lot.product),
        quantity=lot_amount(lot, lot.amount),
        form=form,
        page=page,
        examples=examples,
        issued=count_serials(lot),
        number=format_number,
    )
