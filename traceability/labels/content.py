"""What stands on a label, in words: put together once for a run, so that all its labels say the same."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.i18n import format_number
from core.i18n import gettext as _
from core.web.templating import local_date
from traceability.gs1.links import item_uri, lot_uri
from traceability.journal.issuer import site_url
from traceability.labels.designs import Part
from traceability.lots.models import Lot


@dataclass(frozen=True, slots=True)
class LabelContent:
    """The content of a label; texts are in the language of the label already.

    `link` is what the code holds and `keys` the same for people (application identifiers and values). On labels of
    items both end with the `serial` of the first one. `facts` are dates and the lot by the part they belong to.
    `mark` says that it was printed before, `invitation` what to do with the code on a sign.
    """

    link: str
    keys: tuple[tuple[str, str], ...]
    product: str
    producer: str
    stars: int
    facts: tuple[tuple[str, str], ...]
    invitation: str
    mark: str = ""
    serial: str = ""

    def as_json(self) -> dict[str, Any]:
        """In a form that a JSON column keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "LabelContent":
        """From what `as_json` gave."""
        pairs = {name: tuple((first, second) for first, second in kept[name]) for name in ("keys", "facts")}
        return cls(**{**kept, **pairs})

    def marked(self, mark: str) -> "LabelContent":
        """The same with a `mark`."""
        return replace(self, mark=mark)


def content_of(lot: Lot, *, locale: str, serial: str = "") -> LabelContent:
    """The content of labels of `lot` (with product and producer), or of its item with this `serial` number."""
    gtin, number = lot.product.gtin, lot.lot_number
    facts = [(Part.LOT, _("Lot %(number)s", number=number))]
    facts.append((Part.HARVESTED, _("Harvested %(day)s", day=local_date(lot.harvested_on))))
    if lot.best_before is not None:
        facts.append((Part.BEST_BEFORE, _("Best before %(day)s", day=local_date(lot.best_before))))
    keys = [("01", gtin), ("10", number)]
    if serial:
        keys.append(("21", serial))
    return LabelContent(
        link=item_uri(site_url(), gtin, serial, lot=number) if serial else lot_uri(site_url(), gtin, number),
        keys=tuple(keys),
        product=lot.product.name_en if locale == "en" else lot.product.name_vi,
        producer=lot.product.producer.name,
        stars=lot.product.ocop_stars or 0,
        facts=tuple((str(part), text) for part, text in facts),
        invitation=_("Scan the code: see where it comes from"),
        serial=serial,
    )


def reprint_mark(number: int) -> str:
    """What the `number`-th reprint says of itself: "bản in lại 2"."""
    return str(_("reprint %(number)s", number=format_number(number)))
