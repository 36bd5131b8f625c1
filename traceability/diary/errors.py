"""What the diary refuses, and what it asks to be confirmed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import Conflict, Invalid
from core.i18n import gettext as _


def day_text(day: date) -> str:
    """`day` as readers here write it in both languages, dd/mm/yyyy."""
    return f"{day:%d/%m/%Y}"


class HarvestTooEarly(Conflict):
    """A harvest inside the pre-harvest interval of a spray: says which spray, and the first day that is allowed."""

    http_status = 422

    def __init__(
        self, *, plot_id: uuid.UUID, plot_name: str, entry_id: uuid.UUID, product: str, sprayed_on: date, allowed: date
    ) -> None:
        self.plot_id = plot_id
        self.entry_id = entry_id
        self.sprayed_on = sprayed_on
        self.allowed_from = allowed
        super().__init__(
            _(
                "%(plot)s may be harvested from %(allowed)s: %(product)s was sprayed on %(sprayed)s, and %(days)s days "
                "must pass.",
                plot=plot_name,
                allowed=day_text(allowed),
                product=product,
                sprayed=day_text(sprayed_on),
                days=(allowed - sprayed_on).days,
            ),
            field="harvested_on",
        )


class HarvestBeforePlanting(Invalid):
    """Nothing was planted yet on the day of the harvest; `planted` is the day, or the year where only that is known."""

    def __init__(self, *, plot_name: str, planted: date | int, field: str = "harvested_on") -> None:
        if isinstance(planted, date):
            message = _(
                "%(plot)s was planted on %(planted)s: it cannot have been harvested before.",
                plot=plot_name,
                planted=day_text(planted),
            )
        else:
            message = _(
                "%(plot)s was planted in %(planted)s: it cannot have been harvested before.",
                plot=plot_name,
                planted=planted,
            )
        super().__init__(message, field=field)


class InTheFuture(Invalid):
    """What is written down has been done; a diary holds no plans."""

    def __init__(self, *, field: str) -> None:
        super().__init__(_("This day lies in the future. Write it down once it is done."), field=field)


class TooLongAgo(Invalid):
    """Nobody remembers exactly what they did two years ago."""

    def __init__(self, *, field: str) -> None:
        super().__init__(_("This day is more than two years ago. Check the year."), field=field)


class IngredientNotListed(Invalid):
    """The ingredient is not on the list in force on that day, so nobody may use it."""

    def __init__(self, *, name: str, source: str, field: str) -> None:
        super().__init__(
            _("%(name)s is not on the list of permitted ingredients (%(source)s).", name=name, source=source),
            field=field,
        )


class IngredientBanned(Invalid):
    """The ingredient may not be used (any more) on that day."""

    def __init__(self, *, name: str, source: str, last_use_on: date | None, field: str) -> None:
        self.last_use_on = last_use_on
        if last_use_on is None:
            message = _(
                "%(name)s is banned (%(source)s). Do not use it; ask the plant protection office where to hand it in.",
                name=name,
                source=source,
            )
        else:
            message = _(
                "%(name)s may not be used since %(day)s (%(source)s). Ask the plant protection office where to hand "
                "it in.",
                name=name,
                day=day_text(last_use_on),
                source=source,
            )
        super().__init__(message, field=field)


class NoIntervalForCrop(Invalid):
    """The list names no pre-harvest interval of the ingredient for the crop: it may not be sprayed on it."""

    def __init__(self, *, name: str, crop: str, source: str, field: str = "inputs") -> None:
        super().__init__(
            _(
                "%(name)s has no pre-harvest interval for %(crop)s, so it may not be used there (%(source)s).",
                name=name,
                crop=crop,
                source=source,
            ),
            field=field,
        )


class CropUnknown(Invalid):
    """Which interval applies depends on the crop, and the plot names none."""

    def __init__(self, *, plot_name: str, field: str = "inputs") -> None:
        super().__init__(
            _("Say first what grows on %(plot)s: the pre-harvest interval depends on it.", plot=plot_name),
            field=field,
        )


class BatchExpired(Invalid):
    """The batch had passed its expiry date."""

    def __init__(self, *, product: str, expired_on: date, field: str) -> None:
        super().__init__(
            _(
                "This batch of %(product)s expired on %(day)s. It may not be used any more.",
                product=product,
                day=day_text(expired_on),
            ),
            field=field,
        )


class NotEnoughInStore(Conflict):
    """More should be taken from a batch than is left of it; `remaining` counts its base unit."""

    http_status = 422

    def __init__(self, *, product: str, remaining: int, remaining_text: str, field: str = "inputs") -> None:
        self.remaining = remaining
        super().__init__(
            _("Left of %(product)s in the store: %(left)s.", left=remaining_text, product=product), field=field
        )


class MixedUnits(Invalid):
    """An amount by weight of something that is kept by volume or by the piece, or the other way round."""

    def __init__(self, *, product: str, unit: str, field: str = "inputs") -> None:
        super().__init__(
            _("%(product)s is kept in %(unit)s: enter the amount in that.", product=product, unit=unit), field=field
        )


class AmountImpossible(Invalid):
    """No farm uses or harvests as much, or anything less than nothing."""

    def __init__(self, *, field: str) -> None:
        super().__init__(_("This amount is not possible. Check the number and the unit."), field=field)


class AlreadyCorrected(Conflict):
    """Somebody corrected the entry before; the newest of them can be corrected."""

    def __init__(self) -> None:
        super().__init__(_("This entry was corrected already. Correct the newer one."))


class DiaryBusy(Conflict):
    """Somebody else writes in the same diary, most often a long table, and takes long."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody is just writing in this diary, perhaps a long table. Nothing was saved yet and nothing is "
                "lost: press Save again in a minute."
            )
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something unusual that may still be right. `code` is what a person confirms."""

    code: str
    message: str


class ConfirmationNeeded(Conflict):
    """Nothing was written: each of the doubts has to be confirmed first."""

    http_status = 422

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        self.doubts = tuple(doubts)
        super().__init__(" ".join(doubt.message for doubt in doubts), field="confirmed")
