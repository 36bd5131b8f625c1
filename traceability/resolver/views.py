"""The resolver: where the codes lead (GS1-Conformant Resolver 1.2).

A phone that scans a lot's code gets the trace page at once, without a detour; everybody else is led to the address
that the page has of its own, for the identifier names the lot and not the page about it.
"""

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from core.db import utc_now
from core.errors import AppError
from core.web.access import public
from traceability.gs1.application_identifiers import TABLE
from traceability.gs1.digital_link import DEPRECATED_NAMES, DigitalLink
from traceability.gs1.errors import Gs1Error
from traceability.journal.issuer import site_url
from traceability.passport.page import PARTS, passport_page
from traceability.passport.queries import find_record
from traceability.resolver import answers
from traceability.resolver.description import resolver_description
from traceability.resolver.entries import PAGE_ROOT, find_entry
from traceability.resolver.errors import BadLink, CompressedLink, LinkGone, NoSuchLink, UnknownCode
from traceability.resolver.negotiation import read_wish
from traceability.resolver.parcels import find_parcel_page
from traceability.resolver.paths import parse_request_path
from traceability.resolver.rules import choose

blueprint = Blueprint("resolver", __name__)
PRIMARY_KEYS = tuple(ai for ai, entry in TABLE.items() if entry.is_primary_key)
_OLD_NAMES = tuple(name for name, ai in DEPRECATED_NAMES.items() if ai in PRIMARY_KEYS)
_KEY, _OLD_NAME = (f"<any({','.join(map(repr, words))}):ai>" for words in (PRIMARY_KEYS, _OLD_NAMES))
_A_DAY = 24 * 3600


@blueprint.after_request
def allow_other_sites(response: Response) -> Response:
    """Codes are public: scripts of any site may ask."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "Link, ETag, Location"
    response.headers["Access-Control-Max-Age"] = str(_A_DAY)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.errorhandler(AppError)
def explain(error: AppError) -> Response:
    """What went wrong, for a person or for a program."""
    return answers.problem(error)


@blueprint.get(f"/{_KEY}/<path:rest>")
@blueprint.get(f"/{_OLD_NAME}/<path:rest>", endpoint="resolve_old_name")
@public
def resolve(ai: str, rest: str) -> ResponseReturnValue:
    """What is known about a key. Finer levels that are not kept fall back to the coarser one."""
    link, wish = _requested_link(), read_wish(request)
    if wish.is_browser and wish.is_for_default:
        page = _own_page(link)
        if page is not None:
            return page
    now = utc_now()
    entry = find_entry(link)
    if wish.wants_linkset:
        return answers.all_links(entry, wish.form, now)
    choice = choose(entry, wish.preference, now)
    if len(choice.links) == 1:
        return answers.redirection(entry, choice.links[0][1], now)
    if choice.links:
        return answers.several(entry, choice.links, wish.form, now)
    raise LinkGone if choice.gone else NoSuchLink


@blueprint.get(f"{PAGE_ROOT}/{_KEY}/<path:rest>")
@public
def page(ai: str, rest: str) -> ResponseReturnValue:
    """The page about a lot or a parcel, whatever is accepted: this address is the page's and not the thing's."""
    shown = _own_page(_requested_link(root=PAGE_ROOT))
    if shown is None:
        raise UnknownCode
    return shown


@blueprint.get("/eh<string(minlength=8):compressed>")
@blueprint.get("/ex<string(minlength=8):compressed>")
@public
def refuse_compressed(compressed: str) -> ResponseReturnValue:
    """EPC binary strings, of which nothing is printed with this site's address."""
    raise CompressedLink


@blueprint.get("/.well-known/gs1resolver")
@public
def description() -> ResponseReturnValue:
    """What this resolver can do (GS1-Conformant Resolver 1.2, section 3)."""
    response = jsonify(resolver_description(current_app.extensions["settings"].site_name, site_url()))
    return answers.finished(response, seconds=_A_DAY)


def _requested_link(root: str = "") -> DigitalLink:
    try:
        return parse_request_path(_raw_uri(), request.path, request.query_string.decode("latin-1"), root=root)
    except Gs1Error as error:
        raise BadLink(error) from error


def _own_page(link: DigitalLink) -> Response | None:
    """The site's page about a lot or a parcel; None when the link is of another kind, or of an unknown parcel."""
    lot_number = link.value("10")
    if link.primary_key.ai == "01" and lot_number is not None:
        record = find_record(link.primary_key.value, lot_number, parts=PARTS)
        if record is None:
            raise UnknownCode
        shown = passport_page(record, serial=link.value("21"))
    elif link.primary_key.ai == "00":
        parcel = find_parcel_page(link.primary_key.value)
        if parcel is None:
            return None
        shown = parcel
    else:
        return None
    shown.headers["Link"] = answers.linkset_header(site_url() + link.path)
    return shown


def _raw_uri() -> str | None:
    environ = request.environ
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    return raw if isinstance(raw, str) else None
