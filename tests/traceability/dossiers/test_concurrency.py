"""On real connections: two workers build one dossier once, two inspectors do not take the same self-check."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.accounts import Actor, RoleName
from core.db import atomic, db
from core.errors import Conflict
from tests.factories import make_user
from tests.traceability.attestations.world import make_world
from tests.traceability.dossiers.shipment import make_exporter
from tests.traceability.farm import actor_of
from traceability.attestations.inspections.models import Inspection
from traceability.attestations.inspections.usecases import start_inspection
from traceability.dossiers import building
from traceability.dossiers.building import build_dossier
from traceability.dossiers.models import DossierStatus
from traceability.dossiers.queries import find_dossier
from traceability.dossiers.usecases import request_issue


def test_two_workers_build_a_dossier_once(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_app.app_context(), atomic():
        exporter = make_exporter()
        dossier = exporter.complete()
        request_issue(actor=exporter.farm.actor, dossier_id=dossier.id)
        dossier_id = dossier.id
    built: list[int] = []
    both_began = threading.Barrier(2, timeout=60)
    build = building._build

    def counted(*arguments: object) -> object:
        built.append(1)
        return build(*arguments)

    monkeypatch.setattr(building, "_build", counted)

    def work() -> None:
        with own_app.app_context():
            both_began.wait()
            build_dossier(dossier_id)

    with ThreadPoolExecutor(2) as workers:
        for outcome in [workers.submit(work) for _ in range(2)]:
            outcome.result(timeout=120)
    assert len(built) == 1
    with own_app.app_context():
        issued = find_dossier(dossier_id)
        assert issued is not None and issued.status == DossierStatus.ISSUED and issued.progress == 100


def test_two_inspectors_do_not_take_the_same(own_app: Flask) -> None:
    with own_app.app_context(), atomic():
        world = make_world()
        self_check_id = world.submitted().id
        actors = [actor_of(make_user(RoleName.INSPECTOR)) for _ in range(2)]
    both_began = threading.Barrier(2, timeout=60)

    def take(actor: Actor) -> bool:
        with own_app.app_context():
            both_began.wait()
            try:
                with atomic():
                    start_inspection(actor=actor, self_check_id=self_check_id)
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(2) as inspectors:
        outcomes = [inspectors.submit(take, actor) for actor in actors]
        assert sorted(outcome.result(timeout=60) for outcome in outcomes) == [False, True]
    with own_app.app_context():
        count = select(func.count()).select_from(Inspection).where(Inspection.self_check_id == self_check_id)
        assert db.session.scalar(count) == 1
