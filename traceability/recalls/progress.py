"""How far a recall has come: by lot, in grams. Pure."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from traceability.recalls.models import Recall, RecallReturn, ReturnKind
from traceability.recalls.rules import share


@dataclass(frozen=True, slots=True)
class LotProgress:
    """One lot: how much was made, came back, and was destroyed."""

    lot_id: uuid.UUID
    lot_number: str
    product_vi: str
    product_en: str
    made_grams: int
    returned_grams: int
    destroyed_grams: int

    @property
    def secured_share(self) -> float:
        """How much came back or was destroyed, in percent; what came back and was then destroyed counts once."""
        return share(max(self.returned_grams, self.destroyed_grams), self.made_grams)


def progress_of(recall: Recall, returns: Sequence[RecallReturn]) -> list[LotProgress]:
    """The progress of each lot of `recall` (with lots and products) by what was noted."""
    sums: dict[tuple[uuid.UUID, ReturnKind], int] = {}
    for entry in returns:
        key = (entry.lot_id, ReturnKind(entry.kind))
        sums[key] = sums.get(key, 0) + entry.grams
    return [
        LotProgress(
            lot_id=row.lot_id,
            lot_number=row.lot.lot_number,
            product_vi=row.lot.product.name_vi,
            product_en=row.lot.product.name_en,
            made_grams=row.grams,
            returned_grams=sums.get((row.lot_id, ReturnKind.RETURNED), 0),
            destroyed_grams=sums.get((row.lot_id, ReturnKind.DESTROYED), 0),
        )
        for row in recall.lots
    ]
