"""What belongs to the public record beside its page, which the resolver serves: the picture for shared links."""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.i18n import LOCALES, use_locale
from core.i18n import gettext as _
from core.storage import storage
from core.web.access import public
from core.web.setup import limiter
from core.web.templating import local_date
from traceability.gs1.element_strings import format_element_string
from traceability.gs1.links import lot_uri
from traceability.journal.issuer import site_url
from traceability.passport.cards import CardContent, draw_card
from traceability.passport.queries import find_record
from traceability.passport.recall import RECALL
from traceability.passport.record import TraceRecord

blueprint = Blueprint("passport", __name__)
CARDS_OF_AN_ADDRESS: Final = "60/minute"
_AN_HOUR: Final = 3600


@blueprint.get("/share-cards/<locale>/<string(length=14):gtin>/<path:lot_number>.png")
@limiter.limit(CARDS_OF_AN_ADDRESS)
@public
def share_card(locale: str, gtin: str, lot_number: str) -> ResponseReturnValue:
    """The card of a lot, drawn once for what it says and kept."""
    record = find_record(gtin, lot_number, parts=(RECALL,)) if locale in LOCALES else None
    if record is None:
        raise NotFound
    content = _content(record, locale)
    try:
        picture = storage().get(content.key)
    except FileNotFoundError:
        picture = draw_card(content, fonts=Path(current_app.static_folder or "") / "fonts")
        storage().put(content.key, picture, "image/png")
    response = Response(picture, mimetype="image/png")
    response.cache_control.public = True
    response.cache_control.max_age = _AN_HOUR
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(content.key.rsplit("/", 1)[-1])
    return response.make_conditional(request)


def _content(record: TraceRecord, locale: str) -> CardContent:
    with use_locale(locale):
        return CardContent(
            site_name=current_app.extensions["settings"].site_name,
            title=record.name(locale),
            lines=(
                record.producer_name,
                f"{record.commune}, {record.province}",
                str(_("harvested %(day)s", day=local_date(record.harvested_on))),
            ),
            stars=record.ocop_stars or 0,
            warning=str(_("Recalled: do not eat or sell this lot")) if record.parts["recall"] else "",
            code=format_element_string((("01", record.gtin), ("10", record.lot_number))),
            link=lot_uri(site_url(), record.gtin, record.lot_number),
        )
