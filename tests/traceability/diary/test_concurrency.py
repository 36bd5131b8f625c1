"""Two people write at once, on connections of their own: neither the gate nor the store gives way."""

import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core.accounts import Actor
from core.config import Settings
from core.db import atomic, db
from core.errors import AppError
from tests.factories import make_plot, sign_in
from tests.support.databases import TestDatabases
from tests.traceability.diary.growing import make_garden
from tests.traceability.farm import days_ago
from traceability.diary import writing
from traceability.diary.entries import correct_entry, facts_of, record_entry
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.errors import AlreadyCorrected, ConfirmationNeeded, HarvestTooEarly, NotEnoughInStore
from traceability.diary.harvest_gate import locked_plots
from traceability.diary.rules import EntryFacts, InputAmount
from traceability.diary.store_models import AmountUnit, InputReceipt

SPRAY = "pesticide_spraying"


@pytest.fixture
def site(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """A site on a database of its own, where transactions really commit."""
    app = create_app(make_settings(databases.clone()))
    yield app
    with app.app_context():
        db.engine.dispose()


def at_once(site: Flask, *writes: Callable[[], object]) -> list[object]:
    """Run each of `writes` in a thread and a transaction of its own; gives what was refused, None for what was not."""
    outcomes: list[object] = []
    together = threading.Barrier(len(writes))

    def run(write: Callable[[], object]) -> None:
        with site.app_context():
            together.wait()
            try:
                with atomic():
                    write()
                outcomes.append(None)
            except AppError as refusal:
                outcomes.append(type(refusal))

    threads = [threading.Thread(target=run, args=(write,)) for write in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def planted(site: Flask) -> tuple[Actor, uuid.UUID, uuid.UUID, uuid.UUID]:
    """A garden that is really there: who keeps it, its plot, another plot of it, and its litre of a product."""
    with site.app_context(), atomic():
        garden = make_garden()
        other = make_plot(garden.farm.producer, crop="pomelo_phuc_trach")
        return garden.farm.actor, garden.farm.plot.id, other.id, garden.spray.id


def spray_of(receipt_id: uuid.UUID, amount: int) -> EntryFacts:
    return EntryFacts(SPRAY, days_ago(3), inputs=(InputAmount(receipt_id, amount, AmountUnit.MILLILITRE),))


def test_a_spray_and_a_harvest_cannot_both_pass(site: Flask) -> None:
    actor, plot_id, _other, receipt_id = planted(site)
    harvest = EntryFacts("harvesting", days_ago(1), amount=1000, unit=AmountUnit.GRAM)
    outcomes = at_once(
        site,
        lambda: record_entry(actor=actor, plot_id=plot_id, facts=spray_of(receipt_id, 10)),
        lambda: record_entry(actor=actor, plot_id=plot_id, facts=harvest),
    )
    assert None in outcomes and {HarvestTooEarly, ConfirmationNeeded} & set(outcomes)


def test_a_batch_is_not_used_twice_on_two_plots(site: Flask) -> None:
    actor, plot_id, other_id, receipt_id = planted(site)
    outcomes = at_once(
        site,
        lambda: record_entry(actor=actor, plot_id=plot_id, facts=spray_of(receipt_id, 600)),
        lambda: record_entry(actor=actor, plot_id=other_id, facts=spray_of(receipt_id, 600)),
    )
    assert set(outcomes) == {None, NotEnoughInStore}
    with site.app_context():
        receipt = db.session.get(InputReceipt, receipt_id)
        assert receipt is not None and receipt.remaining == 400


def test_an_entry_is_corrected_once(site: Flask) -> None:
    actor, plot_id, _other, receipt_id = planted(site)
    with site.app_context(), atomic():
        entry_id = record_entry(actor=actor, plot_id=plot_id, facts=spray_of(receipt_id, 600)).id

    def correct() -> None:
        entry = db.session.get(DiaryEntry, entry_id)
        assert entry is not None
        correct_entry(actor=actor, entry_id=entry_id, facts=facts_of(entry), reason="Thử")

    assert set(at_once(site, correct, correct)) == {None, AlreadyCorrected}
    with site.app_context():
        receipt = db.session.get(InputReceipt, receipt_id)
        assert receipt is not None and receipt.used_amount == 600


def test_who_waits_too_long_for_a_table_is_told_and_loses_nothing(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PATIENCE_MILLISECONDS", 200)
    site.config["WTF_CSRF_ENABLED"] = False
    with site.app_context():
        with atomic():
            garden = make_garden()
            plot_id, user = garden.farm.plot.id, garden.farm.user
            client = site.test_client()
            sign_in(client, user)
        page = f"/farm/diary/plots/{plot_id}/new/pruning"
        data = {"done_on": days_ago(1).isoformat(), "note": "Cành sâu bên bờ rào", "unit": "kg"}
        data |= {f"input_{row}_unit": "kg" for row in (1, 2, 3)}
    held, done = threading.Event(), threading.Event()

    def write_a_table() -> None:
        with site.app_context(), atomic():
            locked_plots([plot_id])
            held.set()
            done.wait()

    table = threading.Thread(target=write_a_table)
    table.start()
    held.wait()
    refused = client.post(page, data=data)
    done.set()
    table.join()
    assert refused.status_code == 422
    assert "Cành sâu bên bờ rào" in refused.text and "error-summary" in refused.text
    assert client.post(page, data=data).status_code == 303
    with site.app_context():
        assert db.session.scalar(select(func.count()).select_from(DiaryEntry)) == 1
        db.session.remove()
