"""Pages on which goods end: sold outside the shop, or destroyed."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.config import Settings
from core.errors import AppError, Invalid
from core.i18n import gettext as _
from core.storage import media_url, storage, store_photo
from core.web.access import roles
from traceability.forms import show_error
from traceability.lots.edges import asked_holder, asked_lot, done
from traceability.lots.guards import find_obstacles
from traceability.lots.queries import LotAtHand
from traceability.lots.showing import lot_amount, product_name
from traceability.lots.trade_forms import DestroyingForm, SellingForm
from traceability.lots.usecases import destroy_lot, sell_lot

blueprint = Blueprint("lots_gone", __name__)


@blueprint.route("/farm/lots/sell", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def sell() -> ResponseReturnValue:
    """Say that goods of a lot were sold outside the shop."""
    actor = current_actor()
    holder, _holders = asked_holder(actor)
    choice, form = asked_lot(holder), SellingForm()
    if form.validate_on_submit():
        sold = done(
            form,
            lambda: sell_lot(
                actor=actor,
                holder_id=holder.id,
                content=form.content(choice.lot),
                counterpart=form.counterpart.data,
            ),
        )
        if sold is not None:
            flash(_("The sale is on record."), "success")
            return redirect(url_for("lots.detail", lot_id=choice.lot.id), code=303)
    return _page("sell", form, choice, holder)


@blueprint.route("/farm/lots/destroy", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def destroy() -> ResponseReturnValue:
    """Say that goods of a lot were destroyed, and why."""
    actor = current_actor()
    holder, _holders = asked_holder(actor)
    choice, form = asked_lot(holder), DestroyingForm()
    is_valid = form.validate_on_submit()
    if form.is_submitted():
        _keep_photo(form)
    if is_valid and not form.photo.errors:
        destroyed = done(
            form,
            lambda: destroy_lot(
                actor=actor,
                holder_id=holder.id,
                content=form.content(choice.lot),
                reason=form.reason.data or "",
                photo_key=form.stored_photo.data or None,
            ),
        )
        if destroyed is not None:
            flash(_("It is on record that this was destroyed."), "success")
            return redirect(url_for("lots.detail", lot_id=choice.lot.id), code=303)
    return _page("destroy", form, choice, holder)


def _page(kind: str, form: SellingForm | DestroyingForm, choice: LotAtHand, holder: object) -> ResponseReturnValue:
    stored = form.stored_photo.data if isinstance(form, DestroyingForm) and not form.stored_photo.errors else None
    page = render_template(
        "traceability/lots/leave.html",
        kind=kind,
        form=form,
        choice=choice,
        obstacle=find_obstacles([choice.lot]).get(choice.lot.id) if kind == "sell" else None,
        holder=holder,
        picture=media_url(stored, 400) if stored else "",
        lot_amount=lot_amount,
        product_name=product_name,
    )
    return page, 422 if form.errors else 200


def _keep_photo(form: DestroyingForm) -> None:
    """Store the photo at once, so that it is not lost when something else in the form is wrong."""
    upload = request.files.get("photo")
    if upload is None or not upload.filename:
        return
    settings: Settings = current_app.extensions["settings"]
    content = upload.read(settings.photo_limit_bytes + 1)
    try:
        if len(content) > settings.photo_limit_bytes:
            raise Invalid(_("The photo is too large."), field="photo")
        form.stored_photo.data = store_photo(storage(), content, field="photo")
    except AppError as error:
        show_error(form, error)
