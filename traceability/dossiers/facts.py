"""What is known about a shipment: plain values, gathered once, then checked, drawn and kept as they were."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from traceability.attestations.queries import CertificateFacts, LaboratoryFacts, PackingHouseCodeFacts
from traceability.dossiers.residues.rules import MarketRules


@dataclass(frozen=True)
class AreaCode:
    """A code of a planting area; None where its issuer's papers do not say it. The last day is included."""

    code: str
    issuer: str | None = None
    market: str | None = None
    is_active: bool = True
    valid_from: date | None = None
    valid_until: date | None = None

    def stands(self, market: str, day: date) -> bool:
        """Whether it is known to stand for the market on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        ended = self.valid_until is not None and self.valid_until < day
        return self.market == market and self.is_active and begun and not ended


@dataclass(frozen=True)
class SprayFacts:
    """One spray: the product as on its label, its active ingredients, and the interval in days that applied."""

    done_on: date
    product: str
    ingredients: tuple[str, ...]
    interval_days: int | None


@dataclass(frozen=True)
class PlotFacts:
    """A plot that goods came from. `diary_entries` counts what was written down in the months before the harvest."""

    id: uuid.UUID
    name: str
    gln: str
    commune: str
    codes: tuple[AreaCode, ...] = ()
    diary_entries: int | None = None
    sprays: tuple[SprayFacts, ...] = ()


@dataclass(frozen=True)
class LotFacts:
    """A lot of the shipment. `identifier` is its canonical URI, `event_count` how many events the journal has of it."""

    id: uuid.UUID
    number: str
    product: str
    gtin: str
    identifier: str
    harvested_on: date
    plots: tuple[PlotFacts, ...]
    event_count: int
    is_recalled: bool = False


@dataclass(frozen=True)
class LineFacts:
    """A line of the packing list. `packed` are the lots that the journal knows in the unit; None for an unknown one."""

    sscc: str | None
    lot_id: uuid.UUID
    weight_grams: int
    packed: frozenset[str] | None = None


@dataclass(frozen=True)
class PackingHouseFacts:
    """The packing house of the shipment with its codes that stand for the market on the day."""

    name: str
    gln: str
    commune: str
    codes: tuple[PackingHouseCodeFacts, ...]


@dataclass(frozen=True)
class ShipmentFacts:
    """Everything about one shipment. `replaces` is the number of the dossier that this one takes the place of."""

    number: str
    buyer: str
    market: str
    shipped_on: date
    producer: str
    producer_gln: str
    producer_address: str
    lines: tuple[LineFacts, ...]
    lots: tuple[LotFacts, ...]
    packing_house: PackingHouseFacts | None = None
    rules: MarketRules | None = None
    certificates: tuple[CertificateFacts, ...] = ()
    laboratory: Mapping[uuid.UUID, Sequence[LaboratoryFacts]] = field(default_factory=dict)
    replaces: str | None = None

    @property
    def plots(self) -> tuple[PlotFacts, ...]:
        """The plots of all lots, each once."""
        return tuple({plot.id: plot for lot in self.lots for plot in lot.plots}.values())

    @property
    def weight_grams(self) -> int:
        """What the whole shipment weighs."""
        return sum(line.weight_grams for line in self.lines)

    def lot(self, lot_id: uuid.UUID) -> LotFacts:
        """The lot of a line."""
        return next(lot for lot in self.lots if lot.id == lot_id)
