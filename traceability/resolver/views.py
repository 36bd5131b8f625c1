"""The resolver: where the QR codes lead. `/01/{GTIN}/10/{lot}` is the lot's trace page itself, without a detour."""

import json

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MIMEAccept

from core.i18n import current_locale
from core.web.access import public
from traceability.gs1.digital_link import DigitalLink
from traceability.gs1.errors import Gs1Error
from traceability.gs1.links import lot_uri, product_uri
from traceability.journal.issuer import site_url
from traceability.passport.page import passport_page, publicly_cached
from traceability.passport.queries import ProductLink, TraceRecord, find_product_link, find_record
from traceability.resolver import links
from traceability.resolver.errors import BadLink, UnknownCode
from traceability.resolver.paths import parse_request_path

blueprint = Blueprint("resolver", __name__)


@blueprint.after_request
def allow_other_sites(response: Response) -> Response:
    """Codes are public: scripts of any site may ask."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Expose-Headers"] = "Link, ETag, Location"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/01/<path:rest>")
@public
def resolve(rest: str) -> ResponseReturnValue:
    """What is known about a GTIN, a lot or an item. Finer levels that are not kept fall back to the coarser one."""
    try:
        link = parse_request_path(_raw_uri(), request.path, request.query_string.decode("latin-1"))
    except Gs1Error as error:
        raise BadLink(error) from error
    gtin, lot_number = link.primary_key.value, link.value("10")
    if lot_number is None:
        product = find_product_link(gtin)
        if product is None:
            raise UnknownCode
        return _answer_product(gtin, product)
    record = find_record(gtin, lot_number)
    if record is None:
        raise UnknownCode
    return _answer_lot(record, link)


def _answer_lot(record: TraceRecord, link: DigitalLink) -> ResponseReturnValue:
    match _wanted():
        case links.LINKSET:
            return _linkset(
                anchor=lot_uri(site_url(), record.gtin, record.lot_number),
                description=record.name(current_locale()),
                slug=record.slug,
                trace_url=lot_uri(site_url(), record.gtin, record.lot_number),
            )
        case None | links.DEFAULT | links.TRACEABILITY:
            return passport_page(record, serial=link.value("21"))
        case links.PRODUCT_PAGE:
            return _to_product(record.slug)
    raise UnknownCode


def _answer_product(gtin: str, product: ProductLink) -> ResponseReturnValue:
    name = product.name_en if current_locale() == "en" else product.name_vi
    match _wanted():
        case links.LINKSET:
            return _linkset(anchor=product_uri(site_url(), gtin), description=name, slug=product.slug, trace_url=None)
        case None | links.DEFAULT | links.PRODUCT_PAGE:
            return _to_product(product.slug)
    raise UnknownCode


def _wanted() -> str | None:
    """The link type that is asked for, None for the default; a browser always gets its page."""
    asked = request.args.get("linkType")
    if asked:
        return links.link_type_name(asked)
    accepts: MIMEAccept = request.accept_mimetypes
    return links.LINKSET if _prefers_linkset(accepts) else None


def _prefers_linkset(accepts: MIMEAccept) -> bool:
    for kind, quality in accepts:
        if kind in (links.LINKSET_TYPE, "application/json") and quality > accepts["text/html"]:
            return True
    return False


def _linkset(*, anchor: str, description: str, slug: str, trace_url: str | None) -> Response:
    document = links.linkset(
        anchor=anchor, description=description, product_url=f"{site_url()}{_product_path(slug)}", trace_url=trace_url
    )
    body = json.dumps(document, ensure_ascii=False, indent=1)
    return publicly_cached(Response(body, mimetype=links.LINKSET_TYPE))


def _to_product(slug: str) -> ResponseReturnValue:
    query = request.query_string.decode("latin-1")
    response = redirect(_product_path(slug) + (f"?{query}" if query else ""), code=307)
    response.cache_control.public = True
    response.cache_control.max_age = 60
    response.vary.add("Accept")
    return response


def _product_path(slug: str) -> str:
    return f"/products/{slug}"


def _raw_uri() -> str | None:
    environ = request.environ
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    return raw if isinstance(raw, str) else None
