"""A site whose process dies at random points of its work, again and again, and is started anew at once.

`python -m tests.chaos.dying_site SETTINGS` serves the application on the socket that it inherits as file descriptor
SOCKET of the settings. Each process that serves is a fork of one that has everything loaded, so a death costs a moment
and no more. It dies by SIGKILL, before or after a random statement, commit, call to the payment vendor, or answer.
"""

import json
import os
import random
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import configure_mappers
from werkzeug.serving import make_server

from app import create_app
from core.config import load_settings
from core.db.connection import SiteConnection
from market.payments.configuration import payment_gateway, use_gateway

LONGEST_LIFE = 150
"""Points that a process passes at most; one purchase passes some hundred."""

WARM = ("base.html", "_", "components/", *(f"market/{name}/" for name in ("carts", "checkout", "orders", "promotions")))
"""Templates that are compiled before the first fork, for compiling takes longer than all else in a purchase."""


class Countdown:
    """Kills this process at the point of this number."""

    def __init__(self, points: int) -> None:
        self._left = points
        self._lock = threading.Lock()

    def pass_point(self, *_unused: Any) -> None:
        """One more point of the work."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class DyingGateway:
    """A payment gateway with a point before and after each call."""

    def __init__(self, gateway: Any, countdown: Countdown) -> None:
        self._gateway, self._countdown = gateway, countdown

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gateway, name)

        def with_points(*arguments: Any, **named: Any) -> Any:
            self._countdown.pass_point()
            result = call(*arguments, **named)
            self._countdown.pass_point()
            return result

        return with_points


def arm(app: Flask, countdown: Countdown) -> None:
    """Let the process die when the countdown is over."""
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, countdown.pass_point)
    SiteConnection.observers.append(countdown.pass_point)
    with app.app_context():
        use_gateway(app, DyingGateway(payment_gateway(), countdown))  # it passes all on
    inner = app.wsgi_app

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        body = b"".join(inner(environ, start_response))
        countdown.pass_point()  # all is done and committed, and nobody hears of it
        return [body]

    app.wsgi_app = answer


def serve(app: Flask, listener: socket.socket) -> None:
    """Answer requests until the end of the process."""
    address, port = listener.getsockname()
    make_server(address, port, app, threaded=True, fd=listener.fileno()).serve_forever(0.05)


def main() -> None:
    """Serve, die and rise so many times as KILLS of the settings says, then go on without dying."""
    values = json.loads(sys.argv[1])
    listener = socket.socket(fileno=values.pop("socket"))
    kills, chance = values.pop("kills"), random.Random(values.pop("seed"))
    app = create_app(load_settings(**values))
    app.config["WTF_CSRF_ENABLED"] = False
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(WARM)):
        app.jinja_env.get_template(name)
    configure_mappers()
    for _ in range(kills):
        points = chance.randint(1, LONGEST_LIFE)
        child = os.fork()
        if child == 0:
            arm(app, Countdown(points))
            serve(app, listener)
        _pid, status = os.waitpid(child, 0)
        if os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"a process of the site ended by itself: {status}")
    sys.stdout.write("calm\n")
    sys.stdout.flush()
    serve(app, listener)


if __name__ == "__main__":
    main()
