"""What the stateful test knows of lots by its own reckoning: amounts, what is made of what, crates, shipments, recalls.

It shares no arithmetic with the product but sums. What was used for other lots and what was lost on the way is one
place here, `GONE`: how a loss is shared out among lots is the product's business, that nothing of it vanishes is not.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from core.errors import AppError
from traceability.lots.amounts import NOTHING, Amount, total_of
from traceability.lots.errors import LotExhausted, NotHeld
from traceability.recalls.errors import LotOnRecall

LOOSE, PACKED, IN_TRANSIT, SOLD, DESTROYED, GONE = "loose", "packed", "in_transit", "sold", "destroyed", "gone"
UNPACKED = "unpacked"

Errors = set[type[AppError]]


class Spot(NamedTuple):
    """Where a part of a lot is."""

    holder: uuid.UUID
    status: str
    sscc: str = ""


@dataclass
class KnownLot:
    """A lot; `parents` are what it was made of, none for a harvest."""

    id: uuid.UUID
    identifier: str
    owner: uuid.UUID
    unit: str
    weight: int
    tolerance: int = 0
    parents: frozenset[uuid.UUID] = frozenset()
    is_recalled: bool = False
    named_sales: int = 0

    @property
    def is_weighed(self) -> bool:
        return self.unit == "kg"


@dataclass
class KnownUnit:
    """A crate or pallet, and the lots that were ever put into it."""

    identifier: str
    is_pallet: bool
    holder: uuid.UUID
    lots: frozenset[uuid.UUID]
    status: str = PACKED
    parent: str | None = None

    @property
    def is_at_hand(self) -> bool:
        return self.status == PACKED and self.parent is None


@dataclass
class KnownShipment:
    """Goods on the way: amounts by (lot, sscc)."""

    sender: uuid.UUID
    receiver: uuid.UUID
    units: list[str]
    lines: dict[tuple[uuid.UUID, str], Amount]
    is_settled: bool = False
    is_refused: bool = False

    def has_brought(self, lot_id: uuid.UUID, sender: uuid.UUID, receiver: uuid.UUID) -> bool:
        """Whether something of it was taken over, and the lot was in it."""
        between = (self.sender, self.receiver) == (sender, receiver)
        return between and self.is_settled and not self.is_refused and any(line[0] == lot_id for line in self.lines)


@dataclass
class LedgerModel:
    """All that happened, as the model reckons it."""

    lots: dict[uuid.UUID, KnownLot] = field(default_factory=dict)
    places: defaultdict[uuid.UUID, dict[Spot, Amount]] = field(default_factory=lambda: defaultdict(dict))
    units: dict[str, KnownUnit] = field(default_factory=dict)
    shipments: dict[uuid.UUID, KnownShipment] = field(default_factory=dict)

    def loose(self, lot_id: uuid.UUID, holder: uuid.UUID) -> Amount:
        return self.places[lot_id].get(Spot(holder, LOOSE), NOTHING)

    def lots_at_hand(self, holder: uuid.UUID) -> list[KnownLot]:
        return [lot for lot in self.lots.values() if self.loose(lot.id, holder)]

    def units_at_hand(self, holder: uuid.UUID) -> list[str]:
        return [sscc for sscc, unit in self.units.items() if unit.holder == holder and unit.is_at_hand]

    def known(self, lot_id: uuid.UUID) -> int:
        """The grams of a lot, wherever they are."""
        return total_of(self.places[lot_id].values()).grams

    def contents(self, sscc: str, status: str) -> dict[tuple[uuid.UUID, Spot], Amount]:
        return {
            (lot_id, spot): amount
            for lot_id, spots in self.places.items()
            for spot, amount in spots.items()
            if spot.sscc == sscc and spot.status == status and amount
        }

    # What is refused

    def refusals(self, holder: uuid.UUID, wanted: Mapping[uuid.UUID, int], *, goes_on: bool = True) -> Errors:
        """Why so many grams (of what is weighed) or units of lots cannot leave what `holder` has loose."""
        if goes_on and any(self.lots[lot_id].is_recalled for lot_id in wanted):
            return {LotOnRecall}
        errors: Errors = set()
        for lot_id, number in wanted.items():
            lot, held = self.lots[lot_id], self.loose(lot_id, holder)
            if Spot(holder, LOOSE) not in self.places[lot_id]:
                errors.add(NotHeld)
                continue
            spare = lot.weight + lot.tolerance - self.known(lot_id) if lot.is_weighed else 0
            if not held or number > (held.grams + spare if lot.is_weighed else held.units):
                errors.add(LotExhausted)
        return errors

    def is_held_back(self, lots: Iterable[uuid.UUID], sender: uuid.UUID, receiver: uuid.UUID) -> bool:
        """Whether a recalled one of these lots would go on to `receiver`, which neither made it nor had sent it."""
        return any(
            self.lots[lot_id].is_recalled
            and self.lots[lot_id].owner != receiver
            and not any(shipment.has_brought(lot_id, receiver, sender) for shipment in self.shipments.values())
            for lot_id in lots
        )

    def lots_on(self, ssccs: Iterable[str]) -> set[uuid.UUID]:
        """What is in these crates and on these pallets, also in the crates on them."""
        tops = set(ssccs)
        units = [sscc for sscc, unit in self.units.items() if sscc in tops or unit.parent in tops]
        return {lot_id for sscc in units for lot_id, _spot in self.contents(sscc, PACKED)}

    # What happens

    def put(self, lot_id: uuid.UUID, spot: Spot, amount: Amount) -> None:
        if amount:
            self.places[lot_id][spot] = self.places[lot_id].get(spot, NOTHING) + amount

    def take(self, lot_id: uuid.UUID, spot: Spot, amount: Amount) -> None:
        left = self.places[lot_id][spot] - amount if amount else NOTHING
        assert left.grams >= 0 and left.units >= 0
        if amount:
            self.places[lot_id][spot] = left

    def withdraw(self, holder: uuid.UUID, wanted: Mapping[uuid.UUID, int]) -> dict[uuid.UUID, Amount]:
        """Take this from what `holder` has loose; what weighs more than was known comes into being by that."""
        taken = {}
        for lot_id, number in wanted.items():
            lot, held, spot = self.lots[lot_id], self.loose(lot_id, holder), Spot(holder, LOOSE)
            if lot.is_weighed:
                taken[lot_id] = Amount(number)
                self.put(lot_id, spot, Amount(max(0, number - held.grams)))
            else:
                taken[lot_id] = Amount(held.grams * number // held.units, number)
            self.take(lot_id, spot, taken[lot_id])
        return taken

    def leave(
        self, holder: uuid.UUID, wanted: Mapping[uuid.UUID, int], status: str, sscc: str = ""
    ) -> dict[uuid.UUID, Amount]:
        """Loose goods of `holder` are now of this status."""
        taken = self.withdraw(holder, wanted)
        for lot_id, amount in taken.items():
            self.put(lot_id, Spot(holder, status, sscc), amount)
        return taken

    def make(self, lot: KnownLot, amount: Amount) -> None:
        self.lots[lot.id] = lot
        self.put(lot.id, Spot(lot.owner, LOOSE), amount)

    def ship(
        self,
        shipment_id: uuid.UUID,
        sender: uuid.UUID,
        receiver: uuid.UUID,
        tops: list[str],
        wanted: Mapping[uuid.UUID, int],
    ) -> None:
        """Crates and pallets with all that stands on them, and loose goods, leave `sender`."""
        units = [sscc for sscc, unit in self.units.items() if sscc in tops or unit.parent in tops]
        lines = {}
        for sscc in units:
            for (lot_id, spot), amount in self.contents(sscc, PACKED).items():
                self.take(lot_id, spot, amount)
                self.put(lot_id, Spot(sender, IN_TRANSIT, sscc), amount)
                lines[lot_id, sscc] = amount
            self.units[sscc].status = IN_TRANSIT
        for lot_id, amount in self.leave(sender, wanted, IN_TRANSIT).items():
            lines[lot_id, ""] = amount
        self.shipments[shipment_id] = KnownShipment(sender, receiver, units, lines)

    def settle(
        self, shipment: KnownShipment, arrived: Mapping[tuple[uuid.UUID, str], Amount], *, is_returned: bool
    ) -> None:
        """`arrived` was taken over; the rest is back with its sender, or lost."""
        shipment.is_settled = True
        shipment.is_refused = not any(arrived.values())
        self._settle_units(shipment, arrived, is_returned)
        for (lot_id, sscc), sent in shipment.lines.items():
            came = arrived[lot_id, sscc]
            self.take(lot_id, Spot(shipment.sender, IN_TRANSIT, sscc), sent)
            self.put(lot_id, Spot(shipment.receiver, PACKED if sscc else LOOSE, sscc), came)
            if not is_returned:
                back = Spot(shipment.sender, GONE)
            elif sscc and self.units[sscc].holder == shipment.sender:
                back = Spot(shipment.sender, PACKED, sscc)
            else:
                back = Spot(shipment.sender, LOOSE)
            self.put(lot_id, back, sent - came)

    def _settle_units(
        self, shipment: KnownShipment, arrived: Mapping[tuple[uuid.UUID, str], Amount], is_returned: bool
    ) -> None:
        for sscc in shipment.units:
            inside = {sscc} | {other for other in shipment.units if self.units[other].parent == sscc}
            lines = [line for line in shipment.lines if line[1] in inside]
            unit = self.units[sscc]
            if any(arrived[line] for line in lines):
                unit.holder, unit.status = shipment.receiver, PACKED
            else:
                unit.status = PACKED if is_returned else UNPACKED
        for sscc in shipment.units:
            unit = self.units[sscc]
            pallet = self.units.get(unit.parent or "")
            if pallet is not None and (pallet.holder, pallet.status) != (unit.holder, unit.status):
                unit.parent = None

    # What follows of it

    def ancestors(self, lot_id: uuid.UUID) -> set[uuid.UUID]:
        """What a lot was made of, in any depth."""
        parents = self.lots[lot_id].parents
        return set(parents).union(*(self.ancestors(parent) for parent in parents))

    def descendants(self, lot_id: uuid.UUID) -> set[uuid.UUID]:
        """What was made of a lot, in any depth."""
        return {other for other in self.lots if lot_id in self.ancestors(other)}

    def harvests(self, lot_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """Those of these lots that were harvested, not made."""
        return {lot_id for lot_id in lot_ids if not self.lots[lot_id].parents}

    def accounted(self, lot: KnownLot) -> int:
        """The grams of a lot of which it is known where they are, or that they are gone."""
        sold = total_of(amount for spot, amount in self.places[lot.id].items() if spot.status == SOLD).grams
        return min(lot.weight, self.known(lot.id) - sold + lot.named_sales)
