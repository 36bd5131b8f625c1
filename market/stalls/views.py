"""Pages of the stalls: paying at a placard, the stall holder's screen, the manager's day."""

import uuid
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.config import Settings
from core.db import atomic, utc_now
from core.errors import Conflict, NotFound, Unavailable
from core.i18n import current_locale, use_locale
from core.i18n import gettext as _
from core.money.words import amount_in_words
from core.web import public, roles, secret_link, signed_in
from core.web.setup import limiter
from market.payments.configuration import payment_gateway
from market.payments.flow import finish_payments, start_payment
from market.payments.purposes import PurposeKind
from market.payments.rules import MIN_PAYMENT_VND
from market.stalls import queries, usecases
from market.stalls.forms import DayForm, PayForm
from market.stalls.models import Stall, StallSale, StallSaleStatus
from market.stalls.placard import PlacardContent, draw_placard
from market.stalls.policies import require_managed_market, require_stall
from market.stalls.rules import market_clock, market_day
from market.stalls.streams import LiveStreams, sale_facts, stall_events, start_position
from traceability.labels.qr import qr_svg

blueprint = Blueprint("stalls", __name__)

PAYMENTS_A_MINUTE = "60/minute"
"""A whole market may stand behind one address of its mobile network, so this only stops programs."""

SCREEN_ROLES = (RoleName.STALL_HOLDER, RoleName.MARKET_MANAGER, RoleName.ADMINISTRATOR)
MANAGER_ROLES = (RoleName.MARKET_MANAGER, RoleName.ADMINISTRATOR)


@blueprint.route("/p/<placard_code>", methods=["GET", "POST"])
@public
@limiter.limit(PAYMENTS_A_MINUTE, methods=["POST"])
def pay(placard_code: str) -> ResponseReturnValue:
    """Whom the placard belongs to, and the amount to pay; sent, it leads on to the payment page."""
    stall = queries.find_stall_by_placard(placard_code)
    if stall is None:
        raise NotFound
    if request.method == "GET":
        if placard_code != stall.placard_code:
            return redirect(url_for("stalls.pay", placard_code=stall.placard_code))
        return _pay_page(stall, PayForm(form_id=str(uuid.uuid4())))
    form = PayForm()
    if not form.validate_on_submit():
        return _pay_page(stall, form), 422
    assert form.amount.data is not None  # validated
    with atomic():
        sale = usecases.start_sale(
            actor=current_actor(),
            stall_id=stall.id,
            form_id=uuid.UUID(form.form_id.data),
            amount_vnd=form.amount.data,
            note=form.note.data,
            locale=current_locale(),
        )
        token = sale.token
    return _to_payment_page(stall.placard_code, token)


@blueprint.get("/p/<placard_code>/sales/<token>")
@secret_link
def receipt(placard_code: str, token: str) -> ResponseReturnValue:
    """The payer's receipt: how the sale stands, what was paid, its number and time."""
    return _receipt_page(queries.get_sale_of_receipt(placard_code, token))


@blueprint.post("/p/<placard_code>/sales/<token>/pay")
@secret_link
@limiter.limit(PAYMENTS_A_MINUTE)
def pay_again(placard_code: str, token: str) -> ResponseReturnValue:
    """Back to the payment page: after a declined card, or when it was left."""
    return _to_payment_page(placard_code, token)


@blueprint.get("/p/<placard_code>/sales/<token>/return")
@secret_link
def payment_return(placard_code: str, token: str) -> ResponseReturnValue:
    """Where the payment page leads back to: ask how it stands, then show the receipt.

    When the payment service does not answer, the receipt says that it waits, and the webhook settles the sale.
    """
    sale = queries.get_sale_of_receipt(placard_code, token)
    if sale.status == StallSaleStatus.AWAITING_PAYMENT:
        try:
            finish_payments(kind=PurposeKind.STALL_SALE, purpose_id=sale.id, gateway=payment_gateway())
        except Unavailable:
            current_app.logger.warning("payment service away at the return of sale %s", sale.number)
    return redirect(url_for("stalls.receipt", placard_code=placard_code, token=token, returned=1), code=303)


@blueprint.get("/stalls")
@signed_in
def index() -> ResponseReturnValue:
    """The stalls I hold, with what they took today."""
    stalls = queries.stalls_of(current_actor())
    takings = queries.takings_of_stalls([stall.id for stall in stalls], market_day(utc_now()))
    return render_template("market/stalls/index.html", stalls=stalls, takings=takings)


@blueprint.get("/stalls/<uuid:stall_id>")
@roles(*SCREEN_ROLES)
def screen(stall_id: uuid.UUID) -> ResponseReturnValue:
    """The stall's screen: the last sale large, today's takings and sales; a stream keeps it up to date."""
    stall = require_stall(current_actor(), stall_id)
    day = market_day(utc_now())
    position = queries.last_position(stall.id)  # before the list: what comes between the two is only shown once
    sales = [sale_facts(sale, current_locale()) for sale in queries.sales_of_day(stall.id, day)]
    return render_template(
        "market/stalls/screen.html",
        stall=stall,
        day=day,
        position=position,
        sales=sales,
        takings=queries.takings_of_stall(stall.id, day),
        address=_placard_address(stall),
    )


@blueprint.get("/stalls/<uuid:stall_id>/events")
@roles(*SCREEN_ROLES)
def live_events(stall_id: uuid.UUID) -> ResponseReturnValue:
    """The stream of the screen; `Last-Event-ID`, or `after` at the first time, says which sale was seen last."""
    stall = require_stall(current_actor(), stall_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream", headers=headers)
    streams: LiveStreams = current_app.extensions["live_streams"]
    after = start_position(stall.id, request.headers.get("Last-Event-ID") or request.args.get("after"))
    slot = streams.take_slot()
    if slot is None:
        message = _("Too many screens are open at once. This one refreshes itself.")
        return Response(message, status=503, mimetype="text/plain", headers={**headers, "Retry-After": "15"})
    events = stall_events(streams.app, stall.id, after=after, locale=current_locale(), timing=streams.timing)
    response = Response(events, mimetype="text/event-stream", headers=headers)
    response.call_on_close(lambda: streams.release(slot))
    return response


@blueprint.get("/stalls/<uuid:stall_id>/placard.svg")
@roles(*SCREEN_ROLES)
def placard_svg(stall_id: uuid.UUID) -> ResponseReturnValue:
    """The stall's code as a picture that scales to any size."""
    stall = require_stall(current_actor(), stall_id)
    return _file(qr_svg(_placard_address(stall)), "image/svg+xml", f"{stall.placard_code}.svg")


@blueprint.get("/stalls/<uuid:stall_id>/placard.pdf")
@roles(*SCREEN_ROLES)
def placard_pdf(stall_id: uuid.UUID) -> ResponseReturnValue:
    """The stall's sign to print, A5, or A4 with `?size=a4`; Vietnamese, as the market reads it."""
    stall = require_stall(current_actor(), stall_id)
    with use_locale("en"):
        invitation_en = _("Scan the code to pay")
    with use_locale("vi"):
        content = PlacardContent(
            address=_placard_address(stall),
            market=stall.market.name_vi,
            stall=_("Stall %(number)s", number=stall.number),
            name=stall.name,
            holder=stall.holder_name,
            invitation=_("Scan the code to pay"),
            invitation_en=invitation_en,
            warning=_(
                "After scanning, your phone must show this stall and this name. If it shows anything else, do not pay: "
                "another code may have been stuck over this one."
            ),
        )
    fonts = Path(current_app.root_path) / "static" / "fonts"
    sheet = draw_placard(content, large=request.args.get("size") == "a4", fonts=fonts)
    return _file(sheet, "application/pdf", f"{stall.placard_code}.pdf")


@blueprint.get("/markets")
@roles(*MANAGER_ROLES)
def markets() -> ResponseReturnValue:
    """The markets I manage; somebody with one goes straight to it."""
    managed = queries.markets_of(current_actor())
    if len(managed) == 1:
        return redirect(url_for("stalls.market_today", slug=managed[0].slug))
    return render_template("market/stalls/markets.html", markets=managed)


@blueprint.get("/markets/<slug>/today")
@roles(*MANAGER_ROLES)
def market_today(slug: str) -> ResponseReturnValue:
    """A market's day: every stall with its takings, and the sum; `day` chooses another day than today."""
    market = require_managed_market(current_actor(), slug)
    today = market_day(utc_now())
    form = DayForm(request.args)
    fine = form.validate()
    chosen = form.day.data if fine and form.day.data else today
    if fine:
        form.day.data = chosen
    page = render_template(
        "market/stalls/market_today.html",
        market=market,
        market_day=queries.market_day_of(market.id, chosen),
        today=today,
        clock=market_clock,
        form=form,
        day_before=chosen - timedelta(days=1),
        day_after=chosen + timedelta(days=1) if chosen < today else None,
    )
    return page, 200 if fine else 422


def _pay_page(stall: Stall, form: PayForm) -> str:
    return render_template("market/stalls/pay.html", stall=stall, form=form, least_vnd=MIN_PAYMENT_VND)


def _receipt_page(sale: StallSale, *, problem: str = "") -> str:
    return render_template(
        "market/stalls/receipt.html",
        sale=sale,
        stall=sale.stall,
        words=amount_in_words(sale.amount_vnd),
        returned="returned" in request.args,
        problem=problem,
    )


def _to_payment_page(placard_code: str, token: str) -> ResponseReturnValue:
    """To the sale's payment page; to its receipt when it is paid or over; an away payment service is said there."""
    sale = queries.get_sale_of_receipt(placard_code, token)
    try:
        address = start_payment(kind=PurposeKind.STALL_SALE, purpose_id=sale.id, gateway=payment_gateway())
    except Conflict:
        address = url_for("stalls.receipt", placard_code=placard_code, token=token)
    except Unavailable as error:
        sale = queries.get_sale_of_receipt(placard_code, token)
        return _receipt_page(sale, problem=str(error.message)), error.http_status
    return redirect(address, code=303)


def _placard_address(stall: Stall) -> str:
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.site_url}/p/{stall.placard_code}"


def _file(content: bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(content, mimetype=mimetype, headers=headers)
