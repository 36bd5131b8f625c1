"""Rows of lots and of their ledger, as the use cases of lots would have written them."""

from datetime import date, datetime
from typing import Final

from seeds.identifiers import KeySource
from seeds.lot_rows import LotMovementRow, LotPlotRow, LotRow
from traceability.lots.amounts import Amount, whole_units

LOOSE: Final = "loose"


class LotSource:
    """Makes rows of lots with keys from `keys`."""

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys

    def lot(
        self,
        *,
        product_id: str,
        lot_number: str,
        harvested_on: date,
        amount: Amount,
        unit: str,
        best_before: date | None,
        made_at: datetime,
        made_by_id: str | None = None,
        grade: str | None = None,
    ) -> LotRow:
        """A lot of so much; without `made_by_id` a harvest."""
        return LotRow(
            id=self._keys.key(made_at),
            product_id=product_id,
            made_by_id=made_by_id,
            lot_number=lot_number,
            harvested_on=harvested_on,
            quantity=whole_units(unit, amount),
            unit=unit,
            weight_grams=amount.grams,
            tolerance_grams=0,
            grade=grade,
            best_before=best_before,
            note=None,
            created_by=None,
            created_at=made_at,
        )

    def movement(
        self,
        lot: LotRow,
        amount: Amount,
        source: tuple[str, str, str] | None,
        target: tuple[str, str, str],
        *,
        at: datetime,
        operation_id: str | None = None,
    ) -> LotMovementRow:
        """So much of `lot` goes from `source` to `target`: holder, status and SSCC (empty for none)."""
        from_holder, from_status, from_sscc = source or (None, None, None)
        to_holder, to_status, to_sscc = target
        return LotMovementRow(
            id=self._keys.key(at),
            lot_id=lot.id,
            operation_id=operation_id,
            grams=amount.grams,
            units=amount.units,
            from_holder_id=from_holder,
            from_status=from_status,
            from_sscc=from_sscc,
            to_holder_id=to_holder,
            to_status=to_status,
            to_sscc=to_sscc,
            created_at=at,
        )

    def harvested(self, lot: LotRow, amount: Amount, *, holder_id: str) -> LotMovementRow:
        """The movement by which a harvest comes into being, loose with its producer."""
        return self.movement(lot, amount, None, (holder_id, LOOSE, ""), at=lot.created_at)


def plot_of(lot: LotRow, plot_id: str) -> LotPlotRow:
    """All of the lot comes from this plot."""
    return LotPlotRow(lot.id, plot_id, 0, lot.weight_grams)
