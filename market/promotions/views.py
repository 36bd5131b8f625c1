"""The pages of vouchers and campaigns: producers see their own, officers what the site pays for."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import list_newest_producers, producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, Invalid
from core.i18n import gettext as _
from core.web import roles
from core.web.paging import paginate, requested_page
from market.promotions import usecases
from market.promotions.forms import KIND_NAMES, STACKING_NAMES, PromotionForm
from market.promotions.policies import works_for_site
from market.promotions.queries import get_promotion, promotions_of, state_now, uses_by_status
from traceability.forms import producer_choices, show_error

PER_PAGE = 20
MOST_PRODUCERS = 100
MANAGING = (RoleName.PRODUCER_MEMBER, RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
blueprint = Blueprint("promotions", __name__, url_prefix="/promotions")


@blueprint.get("")
@roles(*MANAGING)
def index() -> ResponseReturnValue:
    """The promotions that the actor looks after."""
    actor = current_actor()
    page = paginate(promotions_of(actor), page=requested_page(), per_page=PER_PAGE)
    return render_template(
        "market/promotions/index.html",
        page=page,
        for_site=works_for_site(actor),
        kinds=KIND_NAMES,
        states={promotion.id: state_now(promotion) for promotion in page.items},
        uses=uses_by_status([promotion.id for promotion in page.items]),
    )


@blueprint.route("/new", methods=["GET"])
@roles(*MANAGING)
def new() -> ResponseReturnValue:
    """The form of a new promotion."""
    return _form_page(_form())


@blueprint.post("/new")
@roles(*MANAGING)
def create() -> ResponseReturnValue:
    """Make a promotion."""
    form = _form()
    if not form.validate_on_submit():
        return _form_page(form, status=422)
    try:
        with atomic():
            made = usecases.create_promotion(actor=current_actor(), values=form.values()).id
    except (Invalid, Conflict) as error:
        show_error(form, error)
        return _form_page(form, status=error.http_status)
    flash(_("The promotion is there."), "success")
    return redirect(url_for("promotions.detail", promotion_id=made), code=303)


@blueprint.get("/<uuid:promotion_id>")
@roles(*MANAGING)
def detail(promotion_id: uuid.UUID) -> ResponseReturnValue:
    """One promotion, and how often it was used."""
    promotion = get_promotion(current_actor(), promotion_id)
    return render_template(
        "market/promotions/detail.html",
        promotion=promotion,
        state=state_now(promotion),
        kinds=KIND_NAMES,
        stackings=STACKING_NAMES,
        uses=uses_by_status([promotion_id]).get(promotion_id, {}),
    )


@blueprint.post("/<uuid:promotion_id>/end")
@roles(*MANAGING)
def end(promotion_id: uuid.UUID) -> ResponseReturnValue:
    """End a promotion now."""
    try:
        with atomic():
            usecases.end_promotion(actor=current_actor(), promotion_id=promotion_id)
    except Conflict as error:
        flash(str(error.message), "info")
    else:
        flash(_("It has ended. Orders that have it keep it."), "success")
    return redirect(url_for("promotions.detail", promotion_id=promotion_id), code=303)


def _form() -> PromotionForm:
    actor = current_actor()
    form = PromotionForm()
    if works_for_site(actor):
        some = producer_choices(list_newest_producers(limit=MOST_PRODUCERS))
        form.producer.choices = [("", _("all producers")), *some]
    else:
        form.producer.choices = producer_choices(producers_of(actor))
    return form


def _form_page(form: PromotionForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template("market/promotions/form.html", form=form, for_site=works_for_site(current_actor()))
    return page, status
