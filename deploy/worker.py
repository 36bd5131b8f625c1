"""The worker of `make run`: the same `flask jobs worker`, which also says in a file when it is ready.

A web process must not call itself unready because a worker is away, so `/readyz` cannot tell; the supervisor looks at
the file instead.
"""

import os
import sys
import warnings
from pathlib import Path

from celery.exceptions import SecurityWarning
from celery.signals import worker_ready
from flask.cli import main as flask

READY_FILE_VARIABLE = "WORKER_READY_FILE"


@worker_ready.connect(weak=False)
def note_ready(**details: object) -> None:
    """Leave the mark that the supervisor waits for."""
    Path(os.environ[READY_FILE_VARIABLE]).touch()


def main() -> None:
    # In a container root is the usual user, and the messages come from this site's own folder.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    sys.argv = ["flask", "--app", "app:create_app", "jobs", "worker", "--beat"]
    flask()


if __name__ == "__main__":
    main()
