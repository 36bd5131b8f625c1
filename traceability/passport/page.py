"""Puts the public trace page together. The resolver serves it at the address that the QR code holds."""

from datetime import date
from typing import Final
from urllib.parse import quote

from flask import Response, request

from core.db import utc_now
from core.i18n import current_locale, local_today
from core.storage import media_url
from core.web.rendering import language_environment, render_template_of, static_address
from traceability.gs1.element_strings import format_element_string
from traceability.gs1.links import lot_uri
from traceability.items.queries import issued_at
from traceability.journal.issuer import site_url
from traceability.lots.amounts import amount_of, format_amount
from traceability.lots.timeline import LotUnitWords, happenings_of_rows, timeline
from traceability.passport.certificates import CERTIFICATES
from traceability.passport.facts import composite_code, location_code, structured_data
from traceability.passport.garden import GARDEN
from traceability.passport.laboratory import LABORATORY
from traceability.passport.offers import buy_options
from traceability.passport.origins import ORIGINS
from traceability.passport.parts import RecordPart, read_parts
from traceability.passport.queries import NEWEST_EVENTS
from traceability.passport.readings import READINGS
from traceability.passport.recall import RECALL
from traceability.passport.record import TraceRecord
from traceability.passport.route import ROUTE

MAX_AGE_SECONDS = 60
PARTS: Final[tuple[RecordPart, ...]] = (RECALL, GARDEN, CERTIFICATES, LABORATORY, READINGS, ORIGINS, ROUTE)
"""What the page shows beside the facts that the law asks for. A new part stands here and in the template."""


def passport_page(record: TraceRecord, *, serial: str | None = None) -> Response:
    """The page of one lot: public, the same for everybody in one language, without cookie or session.

    `record` comes with the values of `PARTS`. With the `serial` number of an item the page says whether that number was
    ever issued.
    """
    locale = current_locale()
    url = lot_uri(site_url(), record.gtin, record.lot_number)
    picture = _picture(record)
    words = LotUnitWords(record.unit, record.category)
    place = f"{record.commune}, {record.province}"
    parts = read_parts(PARTS, record)
    places = parts["route"].names if parts["route"] else {}
    places[record.producer_gln] = record.producer_name
    places |= {plot["gln"]: f"{plot['commune']}, {plot['province']}" for plot in record.plots}
    body = render_template_of(
        language_environment(locale),
        "traceability/passport/page.html",
        record=record,
        locale=locale,
        **parts,
        name=record.name(locale),
        picture=picture,
        place=place,
        serial=serial,
        serial_issued_at=issued_at(record.gtin, record.lot_number, serial) if serial else None,
        harvested=_amount(record, record.quantity, record.weight_grams),
        packed=_amount(record, record.packed_quantity, record.packed_grams),
        timeline=timeline(happenings_of_rows(record.events), words=words, places=places),
        hidden_events=max(0, record.event_count - NEWEST_EVENTS),
        location=location_code(record),
        composite=composite_code(record),
        human_readable=format_element_string((("01", record.gtin), ("10", record.lot_number))),
        buy_options=buy_options(record.offers, record.category),
        product_path=f"/products/{record.slug}",
        on_sale=record.product_status == "published",
        past_best_before=record.best_before is not None and record.best_before < _today(),
        structured=structured_data(record, locale=locale, url=url, pictures=[_absolute(picture)]),
        card=f"{site_url()}{card_path(record.gtin, record.lot_number, locale)}",
        problem_path=problem_path(record.gtin, record.lot_number),
        url=url,
        links_path=f"{url.removeprefix(site_url())}?linkType=linkset",
        languages=[(code, f"{request.path}?lang={code}") for code in ("vi", "en")],
    )
    return publicly_cached(Response(body, mimetype="text/html"))


def card_path(gtin: str, lot_number: str, locale: str) -> str:
    """Where the picture is that is shown beside a shared link."""
    return f"/share-cards/{locale}/{gtin}/{quote(lot_number, safe='')}.png"


def problem_path(gtin: str, lot_number: str) -> str:
    """Where a problem with the lot is reported."""
    return f"/problems/new/{gtin}/{quote(lot_number, safe='')}"


def publicly_cached(response: Response) -> Response:
    """Let anybody keep the answer for a minute; it differs by what is asked for and by the language cookie."""
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_SECONDS
    response.vary.update(("Accept", "Cookie"))
    response.add_etag()
    response.make_conditional(request)
    return response


def _amount(record: TraceRecord, units: int, grams: int) -> str:
    return format_amount(amount_of(record.unit, units=units, weight_grams=grams), record.unit, record.category)


def _picture(record: TraceRecord) -> str:
    if record.photo_key:
        return media_url(record.photo_key, 400)
    return static_address(f"img/products/{record.illustration}.svg")


def _absolute(address: str) -> str:
    return address if address.startswith("http") else site_url() + address


def _today() -> date:
    return local_today(utc_now())
