"""Capture one file and print the greatest memory that it took, in megabytes: a process of its own for each figure."""

import re
import resource
import sys
from pathlib import Path

from app import create_app
from bench.capture import capture


def main(name: str) -> None:
    """Capture the file `name` into the database of the environment."""
    app = create_app()
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    with Path(name).open("rb") as file:
        capture(app, file)
    print(peak_megabytes())


def peak_megabytes() -> float:
    """The greatest memory of this process; `getrusage` would count what its parent had when it started us."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1])
