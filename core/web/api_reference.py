"""The API under `/api/v1`: its OpenAPI document, and a page to read it that needs no script."""

from typing import Any

from flask import Blueprint, Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_smorest import Api

from core.web.access import public

api = Api()
blueprint = Blueprint("api_reference", __name__)


def init_app(app: Flask) -> None:
    """Set up flask-smorest; features register their blueprints on `api`."""
    app.config.update(
        API_TITLE="Chợ Nguồn API",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Products, search, lots and trace records of the market of origins.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            }
        },
    )
    api.init_app(app)
    app.register_blueprint(blueprint)


@blueprint.get("/api")
@public
def page() -> ResponseReturnValue:
    """The reference of every operation, made from the OpenAPI document."""
    return render_template("core/web/api_reference.html", document=openapi_document())


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of the current application as JSON values."""
    document: dict[str, Any] = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    return document
