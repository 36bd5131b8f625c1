"""Files as a real server sends them: after the request, with no context of another kind around."""

from collections.abc import Callable

from pypdfium2 import PdfDocument

from app import create_app
from core.config import Settings
from core.db import atomic, db
from tests.factories import sign_in
from tests.support.databases import TestDatabases
from tests.traceability.farm import make_farm
from traceability.items.usecases import issue_serials
from traceability.labels.running import draw_run
from traceability.labels.usecases import print_labels


def test_files_are_sent_when_the_request_is_over(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    """A server sends them piece by piece, with nothing of the request around."""
    app = create_app(make_settings(databases.clone()))
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    client = app.test_client()
    with app.app_context():
        with atomic():
            farm = make_farm()
            lot = farm.harvest()
            block_id = issue_serials(actor=farm.actor, lot_id=lot.id, count=2500).id
            run_id = print_labels(actor=farm.actor, lot_id=lot.id, design="a4-3x8", copies=30).id
            sign_in(client, farm.user)
        draw_run(run_id)
    lines = client.get(f"/farm/items/{block_id}/serials.csv").text.splitlines()
    pdf = client.get(f"/farm/labels/{run_id}/labels.pdf").data
    assert len(lines) == 2501 and lines[-1].count("http://localhost:8000/01/") == 1
    assert len(PdfDocument(pdf)) == 2
    with app.app_context():
        db.engine.dispose()
