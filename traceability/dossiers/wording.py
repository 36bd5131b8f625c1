"""Gaps in plain words, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from core.i18n import lazy_gettext as _l
from traceability.attestations.markets import market_name
from traceability.dossiers.rules import Gap, GapKind

_WORDS: Final[Mapping[GapKind, object]] = {
    GapKind.NO_LINES: _l("The packing list is empty. Add the lots of the shipment."),
    GapKind.NO_RULES: _l("There are no residue rules for %(market)s on this site."),
    GapKind.NO_PACKING_HOUSE: _l("Say which packing house the goods come from."),
    GapKind.NO_PACKING_HOUSE_CODE: _l(
        "The packing house “%(house)s” has no code for %(market)s that stands on %(day)s."
    ),
    GapKind.NO_PLOT: _l("Lot %(lot)s does not say which plot it comes from."),
    GapKind.NO_AREA_CODE: _l("The plot “%(plot)s” has no planting area code for %(market)s that stands on %(day)s."),
    GapKind.SHIPPED_BEFORE_HARVEST: _l("Lot %(lot)s was harvested on %(day)s, after the day of shipping."),
    GapKind.NO_EVENTS: _l("The journal knows nothing of lot %(lot)s."),
    GapKind.RECALLED: _l("Lot %(lot)s is recalled. Take it off the packing list."),
    GapKind.OTHER_CONTENTS: _l("By the journal, lot %(lot)s is not in the unit %(sscc)s."),
    GapKind.UNKNOWN_UNIT: _l("The journal does not know the unit %(sscc)s."),
    GapKind.DIARY_UNKNOWN: _l("What was sprayed on the plot “%(plot)s” is not known here."),
    GapKind.DIARY_EMPTY: _l("Nothing is written in the diary of the plot “%(plot)s” in the months before the harvest."),
    GapKind.BANNED_INGREDIENT: _l(
        "%(ingredient)s is banned in %(market)s. It was sprayed on “%(plot)s” on %(day)s (%(product)s)."
    ),
    GapKind.BANNED_INGREDIENT_FOUND: _l(
        "Lot %(lot)s: %(ingredient)s, which is banned in %(market)s, was found at %(value)s mg/kg."
    ),
    GapKind.INTERVAL_UNKNOWN: _l(
        "The waiting time after %(product)s (%(ingredient)s), sprayed on “%(plot)s” on %(day)s, is not known."
    ),
    GapKind.INTERVAL_NOT_KEPT: _l(
        "Lot %(lot)s was harvested %(kept)s days after %(product)s was sprayed on “%(plot)s” on %(day)s; "
        "this market needs %(needed)s days."
    ),
    GapKind.ABOVE_MARKET_LIMIT: _l(
        "Lot %(lot)s: %(ingredient)s was found at %(value)s mg/kg, the limit of %(market)s is %(limit)s mg/kg."
    ),
    GapKind.LABORATORY_FAILED: _l("The report %(report)s of lot %(lot)s has a value that is not within its limit."),
    GapKind.NOT_TESTED: _l("Lot %(lot)s was not tested for %(ingredient)s, which was sprayed."),
    GapKind.NO_LABORATORY_RESULT: _l("There is no laboratory result for lot %(lot)s."),
    GapKind.NO_CERTIFICATE: _l("No certificate in force covers the plot “%(plot)s” on the day of shipping."),
    GapKind.CERTIFICATE_NOT_CONFIRMED: _l(
        "Nobody outside the producer has confirmed the certificate %(number)s of the plot “%(plot)s” yet."
    ),
    GapKind.SAMPLE_RULES: _l("The residue rules %(version)s are samples, not the law of the country."),
}


def gap_words(gap: Gap) -> str:
    """The gap as a sentence that says what is missing and of what."""
    params = dict(gap.params)
    if "market" in params:
        params["market"] = market_name(params["market"])
    return str(_WORDS[gap.kind]) % params
