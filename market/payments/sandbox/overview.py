"""The sandbox's own page: what it holds, what became of each event, and the switches that make delivery misbehave."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _

from .api import store
from .balance import CHARGE, DISPUTE, PAYOUT, UNDECIDED, balance, decide_dispute, open_dispute, pay_out
from .browser import see_other
from .errors import ApiError
from .firing import KINDS, fire_event
from .listing import AnyRow
from .refunding import REFUND, refund_charge
from .store import SWITCH_NAMES, Books
from .tables import events, objects
from .transitions import INTENT, SESSION, expire_due_sessions, expire_session
from .webhooks import send_again

blueprint = Blueprint("overview", __name__)

SHOWN = 50
LONGEST_DELAY_SECONDS = 3600


@blueprint.get("/")
def index() -> Response:
    return _render()


@blueprint.get("/sandbox/switches")
def switches() -> Response:
    with store().open() as books:
        return jsonify(books.switches())


@blueprint.post("/sandbox/switches")
def turn_switches() -> Response:
    """Set every switch as the form says; one that is not sent is off, as an empty checkbox is."""
    delay = request.form.get("delay", "").strip() or "0"
    if not re.fullmatch("[0-9]{1,5}", delay) or int(delay) > LONGEST_DELAY_SECONDS:
        mistakes = {"delay": _("The delay is a number of seconds from 0 to 3600.")}
        return _render(mistakes=mistakes, typed={"delay": delay}, status=422)
    with store().open() as books:
        for name in SWITCH_NAMES:
            turned = request.form.get(name, "") not in ("", "0", "false")
            books.set_switch(name, int(delay) if name == "delay" else int(turned))
    return see_other(url_for("overview.index"))


@blueprint.post("/sandbox/events/<event_id>/resend")
def resend(event_id: str) -> Response:
    with store().open() as books:
        found = send_again(books, event_id)
    if not found:
        abort(404)
    return see_other(url_for("overview.index", _anchor="events"))


@blueprint.post("/sandbox/events")
def fire() -> Response:
    """Send news of any kind about any object, true or not: what a shop must not believe without asking."""
    kind, object_id = request.form.get("type", ""), request.form.get("object", "").strip()
    try:
        with store().open() as books:
            fire_event(books, kind, object_id)
    except ApiError as error:
        return _render(mistakes={"object": error.message}, typed={"type": kind, "object": object_id}, status=422)
    return see_other(url_for("overview.index", _anchor="events"))


@blueprint.post("/sandbox/sessions/<session_id>/expire")
def expire(session_id: str) -> Response:
    """Close an open payment page, as the account's owner can."""
    with store().open() as books:
        expire_session(books, session_id)
    return see_other(url_for("overview.index", _anchor="sessions"))


@blueprint.post("/sandbox/charges/<charge_id>/refund")
def refund(charge_id: str) -> Response:
    """Give back all that is left of a charge, as the account's owner can without the shop."""
    with store().open() as books:
        refund_charge(books, {"charge": charge_id})
    return see_other(url_for("overview.index", _anchor="refunds"))


@blueprint.post("/sandbox/charges/<charge_id>/dispute")
def dispute_charge(charge_id: str) -> Response:
    """Let the owner of the card dispute a charge."""
    with store().open() as books:
        open_dispute(books, charge_id, reason="product_not_received", inquiry="inquiry" in request.form)
    return see_other(url_for("overview.index", _anchor="disputes"))


@blueprint.post("/sandbox/disputes/<dispute_id>/<outcome>")
def decide(dispute_id: str, outcome: str) -> Response:
    """Let the bank decide a dispute."""
    if outcome not in ("win", "lose"):
        abort(404)
    with store().open() as books:
        decide_dispute(books, dispute_id, won=outcome == "win")
    return see_other(url_for("overview.index", _anchor="disputes"))


@blueprint.post("/sandbox/payouts")
def send_payout() -> Response:
    """Pay out all that the balance holds."""
    with store().open() as books:
        pay_out(books)
    return see_other(url_for("overview.index", _anchor="payouts"))


def _render(
    *, mistakes: dict[str, str] | None = None, typed: dict[str, str] | None = None, status: int = 200
) -> Response:
    with store().open() as books:
        expire_due_sessions(books)
        turned = books.switches()
        intents = _newest(books, INTENT)
        page = render_template(
            "market/payments/sandbox/overview.html",
            sessions=_newest(books, SESSION),
            intents=intents,
            charges=_charges_of(books, intents),
            refunds=_newest(books, REFUND),
            disputes=_newest(books, DISPUTE),
            payouts=_newest(books, PAYOUT),
            balance=balance(books),
            undecided=UNDECIDED,
            events=_newest_events(books),
            switches=turned,
            event_kinds=KINDS,
            typed={"delay": turned["delay"], "type": "", "object": ""} | (typed or {}),
            mistakes=mistakes or {},
        )
    return make_response(page, status)


def _newest(books: Books, kind: str) -> list[dict[str, object]]:
    query = sa.select(objects.c.data).where(objects.c.type == kind).order_by(objects.c.sequence.desc()).limit(SHOWN)
    return list(books.connection.scalars(query))


def _charges_of(books: Books, intents: list[dict[str, object]]) -> dict[str, object]:
    wanted = [intent["latest_charge"] for intent in intents]
    query = sa.select(objects.c.id, objects.c.data).where(objects.c.type == CHARGE, objects.c.id.in_(wanted))
    return {row.id: row.data for row in books.connection.execute(query)}


def _newest_events(books: Books) -> list[AnyRow]:
    return list(books.connection.execute(sa.select(events).order_by(events.c.sequence.desc()).limit(SHOWN)))
