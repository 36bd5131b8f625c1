"""How an amount is shared out over plots, without any I/O."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from traceability.diary.amounts import base_amount
from traceability.diary.store_models import AmountUnit

AREA_OF_A_RATE: Final = 1000
"""Square metres that a rate is meant for; two sào of central Vietnam, a tenth of a hectare."""


class AmountBasis(StrEnum):
    """What an amount is meant for: each plot, whatever its size, or so much land."""

    PLOT = "plot"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Rate:
    """So much of something for each plot or for each 1000 m²; `written_unit` as in `amounts.WRITTEN_UNITS`."""

    number: Decimal
    written_unit: str
    basis: AmountBasis

    def on(self, area_m2: int, *, own: Decimal | None = None, field: str = "amount") -> tuple[int, AmountUnit]:
        """What a plot of that area gets in whole base units, at least one; `own` stands instead of what was shared out.

        Raises AmountImpossible for `field`.
        """
        if own is not None:
            return base_amount(own, self.written_unit, field=field)
        if self.basis == AmountBasis.PLOT or self.number <= 0:
            return base_amount(self.number, self.written_unit, field=field)
        factor, _unit = base_amount(Decimal(1), self.written_unit, field=field)
        share = self.number * area_m2 / AREA_OF_A_RATE * factor
        # A small plot gets at least one gram; all factors are powers of ten, so that nothing is lost by dividing.
        whole = max(Decimal(1), share.quantize(Decimal(1), ROUND_HALF_UP)) / factor
        return base_amount(whole, self.written_unit, field=field)
