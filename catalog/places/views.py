"""Places for forms."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from catalog.places.queries import list_communes
from core.errors import Invalid
from core.web import public

blueprint = Blueprint("places", __name__, url_prefix="/places")


@blueprint.get("/communes")
@public
def communes() -> ResponseReturnValue:
    """The communes of `?province=` as `[{"code", "name"}]`, by name; 422 for a province that is not on the list."""
    try:
        found = list_communes(request.args.get("province", ""))
    except Invalid as error:
        message = str(error.message)
        return jsonify(code=422, status=message, message=message, errors={str(error.field): [message]}), 422
    response = jsonify([{"code": commune.code, "name": commune.name} for commune in found])
    response.cache_control.public = True
    response.cache_control.max_age = 24 * 3600
    return response
