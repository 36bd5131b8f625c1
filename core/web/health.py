"""`/healthz`: this process lives. `/readyz`: what it needs answers too."""

from collections.abc import Callable

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from core.db import db
from core.web.access import public

blueprint = Blueprint("health", __name__)
Check = Callable[[], None]


def add_readiness_check(app: Flask, name: str, check: Check) -> None:
    """Let `/readyz` call `check`, which raises when its part does not answer."""
    app.extensions.setdefault("readiness_checks", {})[name] = check


def init_app(app: Flask) -> None:
    """Register the two addresses and the check of the database."""
    add_readiness_check(app, "database", lambda: db.session.execute(text("SELECT 1")).close())
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 as long as the process can answer at all."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """200 when every part answers, else 503; the names of the parts, never their addresses or errors."""
    results = {}
    checks: dict[str, Check] = current_app.extensions["readiness_checks"]
    for name, check in checks.items():
        try:
            check()
            results[name] = "ok"
        except Exception:  # whatever a part's client raises means the same here: not ready
            current_app.logger.exception("readiness check %s failed", name)
            db.session.rollback()
            results[name] = "failed"
    ready = all(result == "ok" for result in results.values())
    return jsonify(status="ok" if ready else "failed", parts=results), 200 if ready else 503
