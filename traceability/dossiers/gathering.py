"""Gathering what is known about a shipment, from the features that keep it."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select

from core.db import db
from traceability.attestations.queries import (
    LaboratoryFacts,
    certificates_of_plots,
    laboratory_results_of_lots,
    packing_house_codes,
)
from traceability.diary.entry_queries import entries_between
from traceability.diary.models import PlantingAreaCode, PlantingAreaCodeStatus, Plot
from traceability.dossiers.facts import (
    AreaCode,
    LineFacts,
    LotFacts,
    PackingHouseFacts,
    PlotFacts,
    ShipmentFacts,
    SprayFacts,
)
from traceability.dossiers.models import Dossier
from traceability.dossiers.residues.queries import find_market_rules
from traceability.journal.identifiers import lot_identifier, parcel_identifier
from traceability.journal.models import EpcisEventIdentifier
from traceability.lots.genealogy import trace
from traceability.lots.models import Lot
from traceability.lots.queries import origins_of_lots
from traceability.recalls.queries import recalled_lots

SEASON: Final = timedelta(days=180)
"""How long before the harvest the diary is looked at."""


def gather(dossier: Dossier, *, locale: str | None = None) -> ShipmentFacts:
    """What is known about the shipment of `dossier` today; products are named in `locale`, or as in the document.

    In a fixed number of statements, whatever is on the packing list.
    """
    lots = {line.lot_id: line.lot for line in dossier.lines}
    plots = origins_of_lots(list(lots))
    plot_facts = _plot_facts(dossier, {plot.id: plot for found in plots.values() for plot in found})
    counts = _event_counts([_identifier(lot) for lot in lots.values()])
    recalled = recalled_lots(list(lots))
    house = dossier.packing_house
    return ShipmentFacts(
        number=dossier.number,
        buyer=dossier.buyer,
        market=dossier.market,
        shipped_on=dossier.shipped_on,
        producer=dossier.producer.name,
        producer_gln=dossier.producer.gln,
        producer_address=f"{dossier.producer.address}, {dossier.producer.commune.name}",
        lines=tuple(_lines(dossier)),
        lots=tuple(
            LotFacts(
                id=lot.id,
                number=lot.lot_number,
                product=_product_name(lot, locale or dossier.locale),
                gtin=lot.product.gtin,
                identifier=_identifier(lot),
                harvested_on=lot.harvested_on,
                plots=tuple(plot_facts[plot.id] for plot in plots.get(lot.id, ())),
                event_count=counts.get(_identifier(lot), 0),
                is_recalled=lot.id in recalled,
            )
            for lot in lots.values()
        ),
        packing_house=None
        if house is None
        else PackingHouseFacts(
            name=house.name,
            gln=house.gln,
            commune=house.commune.name,
            codes=tuple(packing_house_codes(house.gln, dossier.market, on=dossier.shipped_on)),
        ),
        rules=find_market_rules(dossier.market, on=dossier.shipped_on),
        certificates=tuple(certificates_of_plots(list(plot_facts), on=dossier.shipped_on)),
        laboratory=_laboratory(list(lots)),
        replaces=dossier.replaces.number if dossier.replaces else None,
    )


def _identifier(lot: Lot) -> str:
    return lot_identifier(lot.product.gtin, lot.lot_number)


def _product_name(lot: Lot, locale: str) -> str:
    return (lot.product.name_en if locale == "en" else None) or lot.product.name_vi


def _lines(dossier: Dossier) -> list[LineFacts]:
    """The packing list, with what the journal says is in each crate and pallet, directly or in what is on it."""
    units = {line.sscc for line in dossier.lines if line.sscc}
    contents = _contents_of({parcel_identifier(sscc) for sscc in units})
    return [
        LineFacts(
            line.sscc,
            line.lot_id,
            line.weight_grams,
            contents.get(parcel_identifier(line.sscc)) if line.sscc else None,
        )
        for line in dossier.lines
    ]


def _contents_of(units: Collection[str]) -> Mapping[str, frozenset[str]]:
    """What went into each of these units by the journal, any depth; a unit that nothing is known of is left out."""
    if not units:
        return {}
    inside: dict[str, set[str]] = {}
    for edge in trace(units, "back").edges:
        inside.setdefault(edge.target, set()).add(edge.source)
    found = {}
    for unit in units & inside.keys():
        reached, waiting = set(), {unit}
        while waiting:
            reached |= waiting
            waiting = {source for target in waiting for source in inside.get(target, ())} - reached
        found[unit] = frozenset(reached - {unit})
    return found


def _event_counts(identifiers: Collection[str]) -> Mapping[str, int]:
    statement = (
        select(EpcisEventIdentifier.identifier, func.count().label("events"))
        .where(EpcisEventIdentifier.identifier.in_(identifiers))
        .group_by(EpcisEventIdentifier.identifier)
    )
    return {row.identifier: row.events for row in db.session.execute(statement)}


def _plot_facts(dossier: Dossier, plots: Mapping[uuid.UUID, Plot]) -> dict[uuid.UUID, PlotFacts]:
    """What is known of the plots: their codes, and what their diaries have of the season before the harvests.

    What a producer calls a plot is nobody else's business: plots of suppliers go by their location trace code.
    """
    if not plots:
        return {}
    codes = _codes_of(plots)
    harvests = [line.lot.harvested_on for line in dossier.lines]
    entries, sprays = _diaries(list(plots), first=min(harvests) - SEASON, last=max(harvests))
    return {
        plot.id: PlotFacts(
            id=plot.id,
            name=plot.name if plot.producer_id == dossier.producer_id else f"GLN {plot.gln}",
            gln=plot.gln,
            commune=plot.commune.name,
            codes=tuple(codes.get(plot.id, ())),
            diary_entries=entries.get(plot.id, 0),
            sprays=tuple(sprays.get(plot.id, ())),
        )
        for plot in plots.values()
    }


def _codes_of(plot_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[AreaCode]]:
    statement = (
        select(PlantingAreaCode)
        .where(PlantingAreaCode.plot_id.in_(plot_ids))
        .order_by(PlantingAreaCode.plot_id, PlantingAreaCode.id)
        .limit(2000)
    )
    found: dict[uuid.UUID, list[AreaCode]] = {}
    for row in db.session.scalars(statement):
        found.setdefault(row.plot_id, []).append(
            AreaCode(
                code=row.code,
                issuer=row.issuer,
                market=row.market,
                is_active=row.status == PlantingAreaCodeStatus.ACTIVE,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
        )
    return found


def _diaries(
    plot_ids: Sequence[uuid.UUID], *, first: date, last: date
) -> tuple[Mapping[uuid.UUID, int], Mapping[uuid.UUID, Sequence[SprayFacts]]]:
    """How many entries the diaries have, and their sprays, by plot. A spray is what used a plant-protection product."""
    counts: dict[uuid.UUID, int] = {}
    sprays: dict[uuid.UUID, list[SprayFacts]] = {}
    for entry in entries_between(plot_ids, first, last):
        counts[entry.plot_id] = counts.get(entry.plot_id, 0) + 1
        for use in entry.inputs:
            if use.receipt.ingredients:
                sprays.setdefault(entry.plot_id, []).append(
                    SprayFacts(
                        done_on=entry.done_on,
                        product=use.receipt.trade_name,
                        ingredients=tuple(ingredient.name for ingredient in use.receipt.ingredients),
                        interval_days=use.interval_days,
                    )
                )
    return counts, sprays


def _laboratory(lot_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[LaboratoryFacts]]:
    found: dict[uuid.UUID, list[LaboratoryFacts]] = {}
    for result in laboratory_results_of_lots(lot_ids):
        found.setdefault(result.lot_id, []).append(result)
    return found
