"""Writes of dossiers: begin, change, the packing list, ask for the issue, withdraw, begin the one that replaces it."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, new_id, readable_code, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import LOCALES, local_today
from core.i18n import gettext as _
from traceability.attestations.markets import MARKETS
from traceability.attestations.packing_houses.models import PackingHouse
from traceability.dossiers.gathering import gather
from traceability.dossiers.models import Dossier, DossierLine, DossierStatus, DossierWithdrawal
from traceability.dossiers.queries import get_dossier
from traceability.dossiers.rules import gaps_of
from traceability.gs1.errors import Gs1Error
from traceability.gs1.identifiers import normalise_sscc
from traceability.lots.queries import get_lot_in_trade, get_shipment

MOST_LINES: Final = 500
MAX_GRAMS: Final = 1_000_000_000
LETTERS_OF_NUMBER: Final = 8
SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 500
_FURTHEST: Final = timedelta(days=366)
_CHANGEABLE: Final = (DossierStatus.DRAFT, DossierStatus.FAILED)


@dataclass(frozen=True)
class DossierValues:
    """The head of a dossier; `locale` is the language of its PDF."""

    buyer: str
    market: str
    shipped_on: date
    locale: str
    packing_house_id: uuid.UUID | None = None


def start_dossier(*, actor: Actor, producer_id: uuid.UUID, values: DossierValues) -> Dossier:
    """Begin a dossier. Raises NotFound for a producer that is not the actor's, Invalid, naming the field."""
    if not may_act_for(actor, producer_id):
        raise NotFound
    _check(producer_id, values)
    return _begin(actor, producer_id=producer_id, **vars(values))


def change_dossier(*, actor: Actor, dossier_id: uuid.UUID, values: DossierValues) -> Dossier:
    """Change the head. Raises NotFound, Conflict when it is being built or was issued, Invalid, naming the field."""
    dossier = _get_changeable(actor, dossier_id)
    _check(dossier.producer_id, values)
    for name, value in vars(values).items():
        setattr(dossier, name, value)
    db.session.flush()
    return dossier


def add_line(
    *, actor: Actor, dossier_id: uuid.UUID, lot_id: uuid.UUID, weight_grams: int, sscc: str | None = None
) -> DossierLine:
    """Put so many grams of a lot onto the packing list, in the unit `sscc` where it has a number.

    Raises NotFound, Conflict, Invalid, naming the field.
    """
    dossier = _get_changeable(actor, dossier_id)
    try:
        get_lot_in_trade(actor, lot_id)
    except NotFound:
        raise Invalid(_("Choose a lot from the list."), field="lot_id") from None
    if not 1 <= weight_grams <= MAX_GRAMS:
        raise Invalid(_("Enter a weight from 1 gram to 1,000 tonnes."), field="weight")
    if len(dossier.lines) >= MOST_LINES:
        raise Conflict(_("A packing list has at most %(most)s lines.", most=MOST_LINES))
    if sscc is not None:
        sscc = _checked_sscc(sscc)
    if any((line.sscc, line.lot_id) == (sscc, lot_id) for line in dossier.lines):
        raise Conflict(_("This lot is on the packing list already."), field="lot_id")
    line = DossierLine(dossier_id=dossier.id, sscc=sscc, lot_id=lot_id, weight_grams=weight_grams)
    db.session.add(line)
    db.session.flush()
    return line


def take_lines_from_shipment(*, actor: Actor, dossier_id: uuid.UUID, shipment_id: uuid.UUID) -> int:
    """Put what a shipment of the producer consists of onto the packing list; returns how many lines are new.

    Lines that are there already stay as they are, so doing it twice changes nothing. Raises NotFound, Conflict.
    """
    dossier = _get_changeable(actor, dossier_id)
    shipment = get_shipment(actor, shipment_id)
    if shipment.sender_id != dossier.producer_id:
        raise NotFound
    known = {(line.sscc, line.lot_id) for line in dossier.lines}
    new = [line for line in shipment.lines if (line.sscc or None, line.lot_id) not in known and line.grams]
    if len(known) + len(new) > MOST_LINES:
        raise Conflict(_("A packing list has at most %(most)s lines.", most=MOST_LINES))
    db.session.add_all(
        DossierLine(dossier_id=dossier.id, sscc=line.sscc or None, lot_id=line.lot_id, weight_grams=line.grams)
        for line in new
    )
    db.session.flush()
    return len(new)


def remove_line(*, actor: Actor, dossier_id: uuid.UUID, line_id: uuid.UUID) -> None:
    """Take a line off the packing list. Raises NotFound, Conflict."""
    dossier = _get_changeable(actor, dossier_id)
    line = next((line for line in dossier.lines if line.id == line_id), None)
    if line is None:
        raise NotFound
    db.session.delete(line)
    db.session.flush()


def request_issue(*, actor: Actor, dossier_id: uuid.UUID) -> Dossier:
    """Have a dossier built and signed in the background.

    Asking again while it is being built changes nothing. Raises NotFound, Conflict while a blocking gap stands or when
    it was issued.
    """
    dossier = get_dossier(actor, dossier_id, lock=True)
    if dossier.status == DossierStatus.BUILDING:
        return dossier
    _check_changeable(dossier)
    if any(gap.is_blocking for gap in gaps_of(gather(dossier))):
        raise Conflict(_("It cannot be issued yet. What is missing stands on the page."))
    dossier.status, dossier.progress, dossier.failure = DossierStatus.BUILDING, 0, None
    dossier.requested_by, dossier.requested_at = actor.user_id, utc_now()
    db.session.flush()
    return dossier


def withdraw_dossier(*, actor: Actor, dossier_id: uuid.UUID, reason: str) -> DossierWithdrawal:
    """Say that an issued dossier no longer stands, and why; whoever checks its number sees that from now on.

    Its files stay as they are: a signed document is not taken back by changing it. Raises NotFound, Conflict for one
    that was not issued or is withdrawn already, Invalid for a reason that says nothing.
    """
    dossier = get_dossier(actor, dossier_id, lock=True)
    if dossier.status != DossierStatus.ISSUED:
        raise Conflict(_("Only an issued dossier can be withdrawn."))
    if dossier.withdrawal is not None:
        raise Conflict(_("This dossier is withdrawn already."))
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        limits = {"least": SHORTEST_REASON, "most": LONGEST_REASON}
        raise Invalid(_("Say why in %(least)s to %(most)s characters.", **limits), field="reason")
    assert actor.user_id is not None
    withdrawal = DossierWithdrawal(dossier_id=dossier.id, reason=reason, withdrawn_by=actor.user_id)
    db.session.add(withdrawal)
    db.session.flush()
    return withdrawal


def start_replacement(*, actor: Actor, dossier_id: uuid.UUID) -> Dossier:
    """Begin a dossier with a number of its own in place of a withdrawn one, with the same head and packing list.

    Asking again gives the one that was begun. Raises NotFound, Conflict while the old one stands.
    """
    old = get_dossier(actor, dossier_id, lock=True)
    if old.replaced_by is not None:
        return old.replaced_by
    if old.withdrawal is None:
        raise Conflict(_("Withdraw this dossier first; then another can take its place."))
    head = {name: getattr(old, name) for name in DossierValues.__dataclass_fields__}
    dossier = _begin(actor, producer_id=old.producer_id, replaces_id=old.id, **head)
    db.session.add_all(
        DossierLine(dossier_id=dossier.id, sscc=line.sscc, lot_id=line.lot_id, weight_grams=line.weight_grams)
        for line in old.lines
    )
    db.session.flush()
    return dossier


def _begin(actor: Actor, **values: Any) -> Dossier:
    dossier = Dossier(id=new_id(), number=f"D-{readable_code(LETTERS_OF_NUMBER)}", created_by=actor.user_id, **values)
    db.session.add(dossier)
    db.session.flush()
    return dossier


def _get_changeable(actor: Actor, dossier_id: uuid.UUID) -> Dossier:
    """The dossier, locked, as long as it may be changed."""
    dossier = get_dossier(actor, dossier_id, lock=True)
    _check_changeable(dossier)
    return dossier


def _check_changeable(dossier: Dossier) -> None:
    if dossier.status not in _CHANGEABLE:
        raise Conflict(_("This dossier is issued or being built, and cannot be changed. Begin a new one instead."))


def _check(producer_id: uuid.UUID, values: DossierValues) -> None:
    if values.market not in MARKETS:
        raise Invalid(_("Choose a market from the list."), field="market")
    if values.locale not in LOCALES:
        raise Invalid(_("Choose a language from the list."), field="locale")
    today = local_today(utc_now())
    if not today - _FURTHEST <= values.shipped_on <= today + _FURTHEST:
        raise Invalid(_("The day of shipping must lie within a year."), field="shipped_on")
    if values.packing_house_id is not None:
        owner = select(PackingHouse.producer_id).where(PackingHouse.id == values.packing_house_id)
        if db.session.scalar(owner) != producer_id:
            raise Invalid(_("Choose a packing house from the list."), field="packing_house_id")


def _checked_sscc(sscc: str) -> str:
    """The 18 digits, written with spaces or the "(00)" in front or without."""
    digits = "".join(sscc.split()).removeprefix("(00)")
    try:
        return normalise_sscc(digits)
    except Gs1Error as error:
        reason = _(error.message_id)
        raise Invalid(reason % error.params if error.params else reason, field="sscc") from error
