"""Pages of crates and pallets."""

import uuid
from itertools import chain

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import Actor, RoleName, current_actor
from core.db import atomic
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.gs1.element_strings import format_element_string
from traceability.gs1.links import parcel_uri
from traceability.journal.issuer import site_url
from traceability.lots.amounts import format_kilograms
from traceability.lots.edges import asked_holder, done, with_asked_lot
from traceability.lots.guards import find_obstacles
from traceability.lots.models import LogisticUnit, LogisticUnitKind, LogisticUnitStatus
from traceability.lots.packing_places import packing_places
from traceability.lots.queries import (
    LotAtHand,
    crates_on,
    get_unit,
    goods_at_hand,
    goods_in,
    units_at_hand,
    units_of_holders,
)
from traceability.lots.showing import UNIT_KIND_NAMES, UNIT_STATUS_NAMES, lot_amount, product_name
from traceability.lots.trade_forms import PackingForm, packing_form
from traceability.lots.usecases import pack_crate, pack_pallet, unpack

blueprint = Blueprint("packing", __name__)
PER_PAGE = 20


@blueprint.get("/farm/crates")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """The crates and pallets of the reader's producers, with what is in them."""
    page = paginate(units_of_holders(current_actor()), page=requested_page(), per_page=PER_PAGE)
    pallets = [unit.sscc for unit in page.items if unit.kind == LogisticUnitKind.PALLET]
    crates = crates_on(pallets)
    inside = goods_at_hand(page.items)
    return render_template(
        "traceability/lots/units.html",
        page=page,
        inside=inside,
        obstacles=find_obstacles([part.lot for part in chain.from_iterable(inside.values())]),
        weights={sscc: format_kilograms(_weight(parts)) for sscc, parts in inside.items()},
        crate_counts={sscc: sum(crate.parent_sscc == sscc for crate in crates) for sscc in pallets},
        kind_names=UNIT_KIND_NAMES,
        status_names=UNIT_STATUS_NAMES,
        product_name=product_name,
    )


def _weight(parts: list[LotAtHand]) -> int:
    return sum(part.amount.grams for part in parts)


@blueprint.route("/farm/crates/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def crate() -> ResponseReturnValue:
    """Pack goods of lots into a crate."""
    return _pack(LogisticUnitKind.CRATE)


@blueprint.route("/farm/pallets/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def pallet() -> ResponseReturnValue:
    """Put crates and loose goods onto a pallet."""
    return _pack(LogisticUnitKind.PALLET)


def _pack(kind: LogisticUnitKind) -> ResponseReturnValue:
    actor = current_actor()
    holder, holders = asked_holder(actor)
    lots, chosen = with_asked_lot(holder)
    crates = units_at_hand(holder.id, kind=LogisticUnitKind.CRATE) if kind is LogisticUnitKind.PALLET else []
    places = packing_places(holder.id)
    inside = goods_at_hand(crates)
    obstacles = find_obstacles([choice.lot for choice in (*lots, *chain.from_iterable(inside.values()))])
    form = packing_form(
        lots, chosen=chosen.lot.id if chosen else None, obstacles=obstacles, crates=crates, places=places
    )
    if form.validate_on_submit():
        sscc = done(form, lambda: _packed(actor, holder.id, kind, form).sscc)
        if sscc is not None:
            flash(_("It is packed. Write its number on it, or print it."), "success")
            return redirect(url_for("packing.unit", sscc=sscc), code=303)
    page = render_template(
        "traceability/lots/pack.html",
        form=form,
        kind=str(kind),
        holder=holder,
        holders=holders,
        lots=lots,
        crates=crates,
        places=places,
        inside=inside,
        lot_amount=lot_amount,
        product_name=product_name,
    )
    return page, 422 if form.errors else 200


def _packed(actor: Actor, holder_id: uuid.UUID, kind: LogisticUnitKind, form: PackingForm) -> LogisticUnit:
    contents, place = form.contents(), form.packed_at_gln.data or None
    if kind is LogisticUnitKind.CRATE:
        return pack_crate(actor=actor, holder_id=holder_id, contents=contents, packed_at_gln=place)
    crates = form.ssccs.data or ()
    return pack_pallet(actor=actor, holder_id=holder_id, crates=crates, contents=contents, packed_at_gln=place)


@blueprint.get("/farm/crates/<sscc>")
@roles(RoleName.PRODUCER_MEMBER)
def unit(sscc: str) -> ResponseReturnValue:
    """One crate or pallet: what is in it, its code, and what to do next."""
    found = get_unit(current_actor(), sscc)
    crates = crates_on([sscc])
    goods = goods_in([sscc, *(crate.sscc for crate in crates)])
    link = parcel_uri(site_url(), sscc)
    return render_template(
        "traceability/lots/unit.html",
        unit=found,
        crates=crates,
        goods=goods,
        obstacles=find_obstacles([part.lot for part in chain.from_iterable(goods.values())]),
        weight=format_kilograms(sum(_weight(parts) for parts in goods.values())),
        at_hand=found.status == LogisticUnitStatus.PACKED and found.parent_sscc is None,
        kind_names=UNIT_KIND_NAMES,
        status_names=UNIT_STATUS_NAMES,
        lot_amount=lot_amount,
        product_name=product_name,
        link=link,
        public_path=link.removeprefix(site_url()),
        human_readable=format_element_string((("00", sscc),)),
    )


@blueprint.post("/farm/crates/<sscc>/unpack")
@roles(RoleName.PRODUCER_MEMBER)
def empty(sscc: str) -> ResponseReturnValue:
    """Take everything out of it."""
    with atomic():
        unpack(actor=current_actor(), sscc=sscc)
    flash(_("It is unpacked: what was in it is loose again."), "success")
    return redirect(url_for("packing.unit", sscc=sscc), code=303)
