"""The words of notices, made when they are read, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from core.i18n import current_locale, ngettext
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.money import format_vnd
from market.notices.models import NoticeChannel, NoticeKind
from market.reports.sources import source_of

Parameters = Mapping[str, Any]
KIND_NAMES: Final = {
    NoticeKind.PARCEL_TO_PACK: _l("A parcel is to be packed"),
    NoticeKind.REVIEW_RECEIVED: _l("A buyer reviewed something of yours"),
    NoticeKind.QUESTION_RECEIVED: _l("Somebody asks about something of yours"),
    NoticeKind.ANSWER_RECEIVED: _l("Somebody answers you"),
    NoticeKind.HARVEST_OPENED: _l("A producer you follow sells a new harvest"),
    NoticeKind.ORDER_PAID: _l("Your order is paid"),
    NoticeKind.PARCEL_SHIPPED: _l("Your parcel is on its way"),
    NoticeKind.ORDER_REFUNDED: _l("Money comes back to you"),
    NoticeKind.MODERATION_RESULT: _l("Something you wrote was hidden or shown again"),
    NoticeKind.REPORT_FINISHED: _l("A file you asked for is ready"),
}
CHANNEL_NAMES: Final = {
    NoticeChannel.MAIL: _l("Here and by mail"),
    NoticeChannel.APP: _l("Only here"),
    NoticeChannel.NONE: _l("Not at all"),
}
KIND_ICONS: Final = {
    NoticeKind.PARCEL_TO_PACK: "box-seam",
    NoticeKind.REVIEW_RECEIVED: "star-fill",
    NoticeKind.QUESTION_RECEIVED: "people",
    NoticeKind.ANSWER_RECEIVED: "journal-text",
    NoticeKind.HARVEST_OPENED: "flower1",
    NoticeKind.ORDER_PAID: "check-circle-fill",
    NoticeKind.PARCEL_SHIPPED: "truck",
    NoticeKind.ORDER_REFUNDED: "arrow-repeat",
    NoticeKind.MODERATION_RESULT: "eye",
    NoticeKind.REPORT_FINISHED: "download",
}


@dataclass(frozen=True)
class NoticeWords:
    """A notice in one language: one line, and one or two sentences."""

    title: str
    text: str


def notice_words(kind: str, parameters: Parameters) -> NoticeWords:
    """The words of a notice in the reader's language."""
    return _WORDS[NoticeKind(kind)](parameters)


def _product(parameters: Parameters) -> str:
    return str(parameters["product_en"] if current_locale() == "en" else parameters["product_vi"])


def _parcel_to_pack(given: Parameters) -> NoticeWords:
    return NoticeWords(
        _("Pack order %(number)s", number=given["number"]),
        _("It is paid: %(amount)s of goods from %(producer)s.", amount=_vnd(given), producer=given["producer"]),
    )


def _review_received(given: Parameters) -> NoticeWords:
    stars = given["stars"]
    return NoticeWords(
        ngettext("%(num)s star for %(product)s", "%(num)s stars for %(product)s", stars, product=_product(given)),
        _("%(name)s wrote a review. An answer from you stands below it.", name=given["author"]),
    )


def _question_received(given: Parameters) -> NoticeWords:
    return NoticeWords(
        _("A question about %(product)s", product=_product(given)),
        _("%(name)s asks: “%(words)s”", name=given["author"], words=given["words"]),
    )


def _answer_received(given: Parameters) -> NoticeWords:
    if given["about"] == "review":
        title = _("%(name)s answered your review of %(product)s", name=given["author"], product=_product(given))
    else:
        title = _("%(name)s answered your question about %(product)s", name=given["author"], product=_product(given))
    return NoticeWords(title, _("“%(words)s”", words=given["words"]))


def _harvest_opened(given: Parameters) -> NoticeWords:
    return NoticeWords(
        _("%(product)s can be bought again", product=_product(given)),
        _("%(producer)s, whom you follow, has put it on sale.", producer=given["producer"]),
    )


def _order_paid(given: Parameters) -> NoticeWords:
    return NoticeWords(
        _("Order %(number)s is paid", number=given["number"]),
        _("We received %(amount)s. The producers pack now.", amount=_vnd(given)),
    )


def _parcel_shipped(given: Parameters) -> NoticeWords:
    return NoticeWords(
        _("A parcel of order %(number)s is on its way", number=given["number"]),
        _("%(producer)s handed it over for delivery. You can write a review now.", producer=given["producer"]),
    )


def _order_refunded(given: Parameters) -> NoticeWords:
    return NoticeWords(
        _("Money back for order %(number)s", number=given["number"]),
        _("%(amount)s goes back the way you paid; banks take a few days to show it.", amount=_vnd(given)),
    )


def _moderation_result(given: Parameters) -> NoticeWords:
    product = _product(given)
    if given["decision"] == "hide":
        return NoticeWords(
            _("What you wrote about %(product)s was hidden", product=product),
            _("The reason: %(reason)s", reason=given["reason"]),
        )
    return NoticeWords(
        _("What you wrote about %(product)s is shown again", product=product),
        _("It was looked at once more. Everybody can read it."),
    )


def _report_finished(given: Parameters) -> NoticeWords:
    report = str(source_of(given["report"]).title)
    name = f"{report} · {given['subject']}" if given["subject"] else report
    first, last = (date.fromisoformat(given[day]) for day in ("first_day", "last_day"))
    days = f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"
    if given["is_ready"]:
        return NoticeWords(
            _("Your file is ready: %(report)s", report=name), _("%(days)s. It can be fetched for 7 days.", days=days)
        )
    return NoticeWords(
        _("Your file could not be made: %(report)s", report=name),
        _("%(days)s. This is our fault, and it has been noted. Please try again.", days=days),
    )


def _vnd(given: Parameters) -> str:
    return format_vnd(given["amount_vnd"], current_locale())


_WORDS: Final[dict[NoticeKind, Callable[[Parameters], NoticeWords]]] = {
    NoticeKind.PARCEL_TO_PACK: _parcel_to_pack,
    NoticeKind.REVIEW_RECEIVED: _review_received,
    NoticeKind.QUESTION_RECEIVED: _question_received,
    NoticeKind.ANSWER_RECEIVED: _answer_received,
    NoticeKind.HARVEST_OPENED: _harvest_opened,
    NoticeKind.ORDER_PAID: _order_paid,
    NoticeKind.PARCEL_SHIPPED: _parcel_shipped,
    NoticeKind.ORDER_REFUNDED: _order_refunded,
    NoticeKind.MODERATION_RESULT: _moderation_result,
    NoticeKind.REPORT_FINISHED: _report_finished,
}
