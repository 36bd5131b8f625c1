"""From the form of an entry in bulk to what is written down of each plot."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import AppError, Invalid
from core.tables import read_decimal
from core.tables.cells import CellError
from traceability.diary.amounts import base_amount, format_amount
from traceability.diary.entry_models import Weather
from traceability.diary.models import Plot
from traceability.diary.rules import EntryFacts, InputAmount
from traceability.diary.store_models import AmountUnit
from traceability.diary_bulk.forms import BulkForm
from traceability.diary_bulk.rules import Rate
from traceability.diary_bulk.usecases import PlotFacts, PlotResult

OWN_AMOUNT = "own-"
"""Fields with this prefix and a plot's id hold the amount of that plot alone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written of each ticked plot, and what cannot even be counted."""

    plots: Sequence[PlotFacts]
    refused: Sequence[PlotResult]


def make_plan(form: BulkForm, plots: Sequence[Plot], own_amounts: Mapping[uuid.UUID, str]) -> Plan:
    """The plan for these plots. A plot's own amount stands for the first thing used, or for the quantity."""
    planned, refused = [], []
    for plot in plots:
        try:
            own = _own(own_amounts.get(plot.id, ""))
            planned.append(PlotFacts(plot.id, _facts(form, plot, own)))
        except AppError as error:
            refused.append(PlotResult(plot.id, error=error))
    return Plan(planned, refused)


def _own(text: str) -> Decimal | None:
    try:
        return read_decimal(text.strip() or None)
    except CellError as error:
        raise Invalid(str(error)) from None


def _facts(form: BulkForm, plot: Plot, own: Decimal | None) -> EntryFacts:
    assert form.done_on.data is not None
    inputs = []
    for position, (receipt_id, rate, dose) in enumerate(form.input_rates):
        used = rate.on(plot.area_m2, own=own if position == 0 else None, field="inputs")
        inputs.append(InputAmount(receipt_id, *used, dose))
    amount, unit = _amount(form.rate, form.amount_unit.data, plot, None if inputs else own)
    return EntryFacts(
        activity=form.activity.data,
        done_on=form.done_on.data,
        operator_id=_id(form.operator_id.data),
        # The whole plot was worked: who did less writes that plot down by itself.
        area_m2=plot.area_m2,
        amount=amount,
        unit=unit,
        weather=Weather(form.weather.data) if form.weather.data else None,
        target_pest=form.target_pest.data,
        equipment_id=_id(form.equipment_id.data),
        note=form.note.data,
        inputs=tuple(inputs),
    )


def _amount(rate: Rate | None, unit: str, plot: Plot, own: Decimal | None) -> tuple[int | None, AmountUnit | None]:
    if rate is not None:
        return rate.on(plot.area_m2, own=own)
    if own is not None:
        return base_amount(own, unit)
    return None, None


def _id(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def amounts_text(facts: EntryFacts, names: Mapping[uuid.UUID, str]) -> str:
    """What the plot gets, in words: "Phân mẫu 12,5 kg"; `names` of what is in the store by its id."""
    parts = [f"{names.get(use.receipt_id, '')} {format_amount(use.amount, use.unit)}".strip() for use in facts.inputs]
    if facts.amount is not None and facts.unit is not None:
        parts.insert(0, format_amount(facts.amount, facts.unit))
    return "; ".join(parts)
