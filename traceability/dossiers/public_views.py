"""Where whoever holds a dossier sees whether it still stands: by its number, or by the code on its first page.

The page says nothing that does not stand on the document itself: no producer, no buyer, no reason.
"""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.web.access import public
from core.web.setup import limiter
from traceability.dossiers.forms import CheckForm
from traceability.dossiers.links import CHECK_PREFIX
from traceability.dossiers.queries import find_issued_dossier
from traceability.dossiers.usecases import LETTERS_OF_NUMBER
from traceability.recalls.queries import recalled_lots

blueprint = Blueprint("public_dossiers", __name__, url_prefix=CHECK_PREFIX)
CHECKS_OF_AN_ADDRESS: Final = "30/minute"


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    """Ask for the number."""
    form = CheckForm(request.args if "number" in request.args else None, meta={"csrf": False})
    if "number" in request.args and form.validate():
        return redirect(url_for("public_dossiers.check", number=_as_printed(form.number.data or "")), code=303)
    page = render_template("traceability/dossiers/check.html", form=form, number=None, dossier=None, recalled=[])
    return page, 422 if form.errors else 200


@blueprint.get("/<string:number>")
@limiter.limit(CHECKS_OF_AN_ADDRESS)
@public
def check(number: str) -> ResponseReturnValue:
    """Whether the dossier with this number was issued here, and whether it still stands."""
    number = _as_printed(number)
    dossier = find_issued_dossier(number)
    recalled = sorted(recalled_lots([line.lot_id for line in dossier.lines]).values()) if dossier else []
    page = render_template(
        "traceability/dossiers/check.html",
        form=CheckForm(formdata=None, meta={"csrf": False}),
        number=number,
        dossier=dossier,
        recalled=recalled,
    )
    return page, 200 if dossier else 404


def _as_printed(number: str) -> str:
    """The number as it stands on the document, typed with its "D-" or without, with spaces or small letters."""
    letters = "".join(number.split()).upper().removeprefix("D-")
    return f"D-{letters.removeprefix('D') if len(letters) > LETTERS_OF_NUMBER else letters}"
