"""Runs the supervisor with children given as JSON on the command line, for the tests beside it."""

import json
import sys
from pathlib import Path

from deploy.processes import StopRequest
from deploy.supervisor import Supervisor


def main() -> int:
    children: dict[str, str] = json.loads(sys.argv[1])
    stop = StopRequest().listen()
    supervisor = Supervisor(stop, on_started=lambda: print("all started", flush=True))
    for name, command in children.items():
        supervisor.add(name, command, {"PATH": "/usr/bin:/bin"}, str(Path.cwd()))
    print("starting", flush=True)
    supervisor.run()
    print(f"ended first: {supervisor.first_to_end}; asked to stop: {supervisor.stop_requested}", flush=True)
    return 0 if supervisor.stop_requested else 1


if __name__ == "__main__":
    sys.exit(main())
