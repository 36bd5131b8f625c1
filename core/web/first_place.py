"""Where people begin once they have signed in."""

from flask import Blueprint, Flask, redirect
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.web.access import public
from core.web.navigation import first_place_of

blueprint = Blueprint("first_place", __name__)


def init_app(app: Flask) -> None:
    """Register the address that signing in leads to."""
    app.register_blueprint(blueprint)


@blueprint.get("/start")
@public
def start() -> ResponseReturnValue:
    """Go on to where the reader works; strangers and shoppers to the front page."""
    return redirect(first_place_of(current_actor()), code=303)
