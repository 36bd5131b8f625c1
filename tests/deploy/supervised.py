"""Runs the supervisor with children given as JSON on the command line, for the tests beside it."""

import json
import sys
from pathlib import Path

from deploy.console import say
from deploy.processes import StopRequest
from deploy.supervisor import Supervisor


def main() -> int:
    children: dict[str, str] = json.loads(sys.argv[1])
    stop = StopRequest().listen()
    supervisor = Supervisor(stop, on_started=lambda: say("all started"))
    supervisor.patience_seconds = 0.5
    for name, command in children.items():
        supervisor.add(name, command, {"PATH": "/usr/bin:/bin"}, str(Path.cwd()))
    say("starting")
    supervisor.run()
    say(f"ended first: {supervisor.first_to_end}; asked to stop: {supervisor.stop_requested}")
    return 0 if supervisor.stop_requested else 1


if __name__ == "__main__":
    sys.exit(main())
