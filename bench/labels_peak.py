"""Draw one print run; print its seconds and the greatest memory in megabytes: a process of its own for each run."""

import sys
import time
import uuid

from app import create_app
from bench.capture_peak import peak_megabytes
from core.db import db
from traceability.labels.models import LabelRun, RunState
from traceability.labels.running import draw_run


def main(run_id: str) -> None:
    """Draw the run with this id in the database of the environment."""
    app = create_app()
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    with app.app_context():
        started = time.perf_counter()
        draw_run(uuid.UUID(run_id))
        seconds = time.perf_counter() - started
        if db.session.get_one(LabelRun, uuid.UUID(run_id)).state != RunState.READY:
            raise SystemExit("labels: the run was not drawn")
    print(seconds, peak_megabytes())


if __name__ == "__main__":
    main(sys.argv[1])
