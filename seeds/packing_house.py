"""One harvest of the demo world that goes through the packing house: graded, crated, on a pallet to another farm.

Rows as the use cases of lots would have written them on those days.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from seeds.events import LotFacts
from seeds.lot_rows import LogisticUnitRow, LotOperationRow, LotRow, ShipmentLineRow, ShipmentRow, ShipmentUnitRow
from seeds.lots import plot_of
from seeds.numbers import issue_ssccs
from seeds.planting import Planting
from seeds.rows import EventRow, PlotRow, ProducerRow, ProductRow
from seeds.seasons import local_moment
from seeds.shelves import amount_of_units
from traceability.gs1.links import parcel_uri
from traceability.journal.hand_over_rules import HandOver, missing_goods, receiving_of_goods, shipping_of_goods
from traceability.journal.rules import grading_into_lot, packing_of_order
from traceability.lots.amounts import NOTHING, Amount

SENDER: Final = "hop-tac-xa-buoi-phuc-trach-huong-khe-mau"
RECEIVER: Final = "ho-vuon-doi-khe-may-mau"
_DAYS: Final = 4
"""From the harvest until all of it is done."""


@dataclass
class PackingHouse:
    """The sender's packing house: its producer, the product, the plot, and what a unit of the product is."""

    planting: Planting
    sender: ProducerRow
    receiver: ProducerRow
    product: ProductRow
    plot: PlotRow
    unit: str

    def work(self) -> LotRow:
        """Harvest, grade, pack, ship, receive; the last shipment is still on its way.

        Returns the lot of grade 1, most of which is loose with the sender still.
        """
        grown_on = [lot.harvested_on for lot in self.planting.lots if lot.product_id == self.product.id]
        day = min(max(grown_on), self.planting.today - timedelta(days=_DAYS + 1))
        harvest = self._harvest(day)
        first, second = self._grade(harvest, day)
        crates = [self._crate(first, local_moment(day + timedelta(days=1), 14, minute)) for minute in (0, 20)]
        pallet = self._pallet(crates, local_moment(day + timedelta(days=1), 15))
        self._arrived(first, second, crates, pallet, day + timedelta(days=2))
        self._on_the_way(first, self.planting.today - timedelta(days=1))
        return first

    def _amount(self, units: int) -> Amount:
        return amount_of_units(self.product.category, self.unit, units)

    def _facts(self, lot: LotRow) -> LotFacts:
        return LotFacts(self.product.gtin, lot.lot_number, self.unit, self.plot.gln)

    def _lot(self, number: str, units: Amount, day: date, at: datetime, **made: str) -> LotRow:
        row = self.planting.lot_rows.lot(
            product_id=self.product.id,
            lot_number=number,
            harvested_on=day,
            amount=units,
            unit=self.unit,
            best_before=day + timedelta(days=self.product.shelf_life_days or 30),
            made_at=at,
            **made,
        )
        self.planting.lots.append(row)
        return row

    def _move(
        self,
        operation: LotOperationRow,
        lot: LotRow,
        amount: Amount,
        source: tuple[str, str, str] | None,
        target: tuple[str, str, str],
    ) -> None:
        self.planting.lot_movements.append(
            self.planting.lot_rows.movement(
                lot, amount, source, target, at=operation.created_at, operation_id=operation.id
            )
        )

    def _operation(
        self, kind: str, event: EventRow, *, by: ProducerRow | None = None, reason: str | None = None
    ) -> LotOperationRow:
        self.planting.journal.append(event)
        return self.planting.operation(kind, (by or self.sender).id, event, reason)

    def _harvest(self, day: date) -> LotRow:
        at, units = local_moment(day, 17, 30), self._amount(600)
        lot = self._lot(f"{day:%y%m%d}-2", units, day, at)
        self.planting.lot_plots.append(plot_of(lot, self.plot.id))
        self.planting.lot_movements.append(self.planting.lot_rows.harvested(lot, units, holder_id=self.sender.id))
        self.planting.journal.append(
            self.planting.events.harvest(
                self._facts(lot),
                amount=units,
                harvested_on=day,
                best_before=lot.best_before,
                event_time=local_moment(day, 12),
                record_time=at,
            )
        )
        return lot

    def _grade(self, harvest: LotRow, day: date) -> tuple[LotRow, LotRow]:
        """600 become 360 of grade 1 and 200 of grade 2; 40 are thrown out."""
        at = local_moment(day + timedelta(days=1), 9)
        parts = {"Loại 1": self._amount(360), "Loại 2": self._amount(200)}
        numbers = [f"{day + timedelta(days=1):%y%m%d}-{number}" for number in (11, 12)]
        events = self.planting.events
        place = events.place(self.sender.gln)
        event = grading_into_lot(
            inputs=[events.element(self._facts(harvest), self._amount(600))],
            outputs=[
                events.element(LotFacts(self.product.gtin, number, self.unit, self.plot.gln), units)
                for number, units in zip(numbers, parts.values(), strict=True)
            ],
            event_time=at,
            read_point=place,
            biz_location=place,
            ilmd={
                "cbvmda:countryOfOrigin": "VN",
                "cbvmda:harvestStartDate": day.isoformat(),
                "cbvmda:harvestEndDate": day.isoformat(),
            },
        )
        made_by = self._operation("grading", events.row(event, at))
        loose = (self.sender.id, "loose", "")
        used, lost = sum(parts.values(), NOTHING), self._amount(40)
        self._move(made_by, harvest, used, loose, (self.sender.id, "used", ""))
        self._move(made_by, harvest, lost, loose, (self.sender.id, "lost", ""))
        lots = []
        for number, (grade, units) in zip(numbers, parts.items(), strict=True):
            lot = self._lot(number, units, day, at, made_by_id=made_by.id, grade=grade)
            self._move(made_by, lot, units, None, loose)
            lots.append(lot)
        return lots[0], lots[1]

    def _crate(self, lot: LotRow, at: datetime) -> str:
        sscc, units = issue_ssccs(1)[0], self._amount(60)
        event = self.planting.events.packing(
            self._facts(lot), amount=units, sscc=sscc, gln=self.sender.gln, event_time=at
        )
        packing = self._operation("packing", event)
        self._move(packing, lot, units, (self.sender.id, "loose", ""), (self.sender.id, "packed", sscc))
        return sscc

    def _pallet(self, crates: list[str], at: datetime) -> str:
        sscc, events = issue_ssccs(1)[0], self.planting.events
        event = packing_of_order(
            parcel_uri=parcel_uri(events.site_url, sscc),
            contents=[],
            child_epcs=[parcel_uri(events.site_url, crate) for crate in crates],
            event_time=at,
            biz_location=events.place(self.sender.gln),
        )
        self._operation("packing", events.row(event, at))
        # The pallet comes first, since the crates name it; by now all of them are with the receiver.
        self.planting.logistic_units.append(LogisticUnitRow(sscc, "pallet", "packed", self.receiver.id, None, None, at))
        self.planting.logistic_units += [
            LogisticUnitRow(crate, "crate", "packed", self.receiver.id, sscc, None, at) for crate in crates
        ]
        return sscc

    def _hand_over(self) -> HandOver:
        return HandOver(self.planting.events.site_url, self.sender.gln, self.receiver.gln, "")

    def _ship(self, parts: list[tuple[LotRow, Amount, str]], units: list[str], at: datetime) -> None:
        events = self.planting.events
        event = shipping_of_goods(
            units=[parcel_uri(events.site_url, sscc) for sscc in units],
            quantities=[events.element(self._facts(lot), amount) for lot, amount, sscc in parts if not sscc],
            event_time=at,
            hand_over=self._hand_over(),
        )
        shipping = self._operation("shipping", events.row(event, at))
        for lot, amount, sscc in parts:
            source = (self.sender.id, "packed" if sscc else "loose", sscc)
            self._move(shipping, lot, amount, source, (self.sender.id, "in_transit", sscc))

    def _arrived(self, first: LotRow, second: LotRow, crates: list[str], pallet: str, day: date) -> None:
        """The pallet and 80 loose ones are sent; two of these are bruised on the way."""
        sent_at, arrived_at = local_moment(day, 7), local_moment(day, 15, 30)
        crated, loose, lost = self._amount(60), self._amount(80), self._amount(2)
        parts = [*((first, crated, crate) for crate in crates), (second, loose, "")]
        self._ship(parts, [*crates, pallet], sent_at)
        events, hand_over = self.planting.events, self._hand_over()
        arrived = events.row(
            receiving_of_goods(
                units=[parcel_uri(events.site_url, sscc) for sscc in (*crates, pallet)],
                quantities=[events.element(self._facts(second), loose - lost)],
                event_time=arrived_at,
                hand_over=hand_over,
                complete=False,
            ),
            arrived_at,
        )
        missing = missing_goods(
            quantities=[events.element(self._facts(second), lost)], event_time=arrived_at, hand_over=hand_over
        )
        self.planting.journal.append(events.row(missing, arrived_at))
        reason = "Hai quả dập trên đường"
        receiving = self._operation("receiving", arrived, by=self.receiver, reason=reason)
        for lot, amount, sscc in parts:
            source = (self.sender.id, "in_transit", sscc)
            target = (self.receiver.id, "packed" if sscc else "loose", sscc)
            self._move(receiving, lot, amount if sscc else amount - lost, source, target)
        source = (self.sender.id, "in_transit", "")
        self._move(receiving, second, lost, source, (self.sender.id, "lost", ""))
        shipment = ShipmentRow(
            id=self.planting.keys.key(sent_at),
            number="4KM7WZ2A",
            sender_id=self.sender.id,
            receiver_id=self.receiver.id,
            status="partly_received",
            note="Xe tải 2,5 tấn (mẫu)",
            sent_by=None,
            sent_at=sent_at,
            settled_by=None,
            settled_at=arrived_at,
            reason=reason,
        )
        self.planting.shipments.append(shipment)
        self.planting.shipment_units += [
            ShipmentUnitRow(shipment.id, pallet, None),
            *(ShipmentUnitRow(shipment.id, crate, pallet) for crate in crates),
        ]
        for position, (lot, amount, sscc) in enumerate(parts):
            self._line(shipment, position, lot, amount, sscc, received=amount if sscc else amount - lost)

    def _on_the_way(self, lot: LotRow, day: date) -> None:
        """50 loose ones that nobody has confirmed yet."""
        at, amount = local_moment(day, 8), self._amount(50)
        self._ship([(lot, amount, "")], [], at)
        shipment = ShipmentRow(
            id=self.planting.keys.key(at),
            number="9TB3XQ6D",
            sender_id=self.sender.id,
            receiver_id=self.receiver.id,
            status="sent",
            note=None,
            sent_by=None,
            sent_at=at,
            settled_by=None,
            settled_at=None,
            reason=None,
        )
        self.planting.shipments.append(shipment)
        self._line(shipment, 0, lot, amount, "", received=None)

    def _line(
        self, shipment: ShipmentRow, position: int, lot: LotRow, amount: Amount, sscc: str, *, received: Amount | None
    ) -> None:
        self.planting.shipment_lines.append(
            ShipmentLineRow(
                id=self.planting.keys.key(shipment.sent_at),
                shipment_id=shipment.id,
                position=position,
                lot_id=lot.id,
                sscc=sscc,
                grams=amount.grams,
                units=amount.units,
                received_grams=received.grams if received is not None else None,
                received_units=received.units if received is not None else None,
                difference="lost" if received is not None and received != amount else None,
            )
        )
