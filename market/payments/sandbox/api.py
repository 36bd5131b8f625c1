"""What every address of the API shares: authentication, parameters, idempotency, headers and expansion."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, cast

import stripe
from flask import Blueprint, Response, current_app, g, jsonify, request

from .errors import ApiError
from .idempotency import answer_once, fingerprint
from .listing import list_page
from .parameters import EXPAND, Parameter, parse_form, read_parameters
from .store import Books, Origin, Store, new_id

# Which fields of an object hold the id of another, and of what kind that is.
REFERENCES = {
    ("checkout.session", "payment_intent"): "payment_intent",
    ("payment_intent", "latest_charge"): "charge",
    ("charge", "payment_intent"): "payment_intent",
    ("charge", "balance_transaction"): "balance_transaction",
    ("refund", "charge"): "charge",
    ("refund", "payment_intent"): "payment_intent",
    ("refund", "balance_transaction"): "balance_transaction",
    ("dispute", "charge"): "charge",
    ("dispute", "payment_intent"): "payment_intent",
    ("payout", "balance_transaction"): "balance_transaction",
}
# What moved a balance may be of several kinds; its id says which.
SOURCES = {"ch": "charge", "re": "refund", "du": "dispute", "po": "payout"}


def api_blueprint(name: str) -> Blueprint:
    """A blueprint under `/v1` whose every view asks for the secret key and answers with Stripe's headers."""
    blueprint = Blueprint(name, __name__, url_prefix="/v1")
    blueprint.before_request(start_request)
    blueprint.after_request(add_headers)
    return blueprint


def start_request() -> None:
    """Give the request its id and check the key, sent as Bearer or as the user name of Basic authentication."""
    g.request_id = new_id("req", 14)
    authorization = request.authorization
    given = None
    if authorization is not None:
        given = authorization.token if authorization.type == "bearer" else authorization.username
    if not given:
        raise ApiError("You did not provide an API key.", status=401)
    if not secrets.compare_digest(given.encode(), current_app.config["SANDBOX_API_KEY"].encode()):
        raise ApiError(f"Invalid API Key provided: {given[:8]}***", status=401)


def add_headers(response: Response) -> Response:
    """Add the request's id, the version of the API that was asked for, and the key where it is a text."""
    response.headers["Request-Id"] = g.get("request_id") or new_id("req", 14)
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version") or stripe.api_version
    key = request.headers.get("Idempotency-Key", "")
    if key and key.isprintable():
        response.headers["Idempotency-Key"] = key
    return response


def store() -> Store:
    """The running sandbox's store."""
    return cast(Store, current_app.extensions["payment_sandbox_store"])


def answer_write(fields: Mapping[str, Parameter], work: Callable[[Books, dict[str, Any]], dict[str, Any]]) -> Response:
    """Read the form, do the work once per idempotency key, expand and answer.

    Parameters that fail their check are answered before the key is looked at, as Stripe documents it.
    """
    raw = parse_form(request.form.items(multi=True))
    parameters = read_parameters({**fields, "expand": EXPAND}, raw)
    paths = parameters.pop("expand", [])
    key = request.headers.get("Idempotency-Key") or None
    answer = answer_once(
        store(),
        Origin(g.request_id, key),
        fingerprint(request.method, request.path, raw),
        lambda books: expand(books, work(books, parameters), paths),
    )
    response = jsonify(answer.body)
    response.status_code = answer.status
    if answer.original_request is not None:
        response.headers["Idempotent-Replayed"] = "true"
        response.headers["Original-Request"] = answer.original_request
    return response


def answer_read(
    work: Callable[[Books, dict[str, Any]], dict[str, Any]], fields: Mapping[str, Parameter] | None = None
) -> Response:
    """Read the query, then look up, expand and answer."""
    raw = parse_form(request.args.items(multi=True))
    parameters = read_parameters({**(fields or {}), "expand": EXPAND}, raw)
    paths = parameters.pop("expand", [])
    with store().open(Origin(g.request_id)) as books:
        return jsonify(expand(books, work(books, parameters), paths))


def answer_object(kind: str, object_id: str) -> Response:
    """Answer with one object by its id."""
    return answer_read(lambda books, _: books.get(kind, object_id).data)


def answer_list(kind: str, fields: Mapping[str, Parameter]) -> Response:
    """Answer with a page of the objects of one kind."""
    return answer_read(lambda books, parameters: list_page(books, kind, parameters, url=request.path), fields)


def expand(books: Books, answer: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """Put whole objects in the place of their ids, along paths such as `payment_intent.latest_charge`.

    Raises ApiError for a path that leads nowhere. The answer given in is left as it was.
    """
    for path in paths:
        steps = path.split(".")
        if answer["object"] == "list" and steps[0] == "data" and len(steps) > 1:
            answer = {**answer, "data": [_expand(books, item, steps[1:], path) for item in answer["data"]]}
        else:
            answer = _expand(books, answer, steps, path)
    return answer


def _expand(books: Books, item: dict[str, Any], steps: list[str], path: str) -> dict[str, Any]:
    field = steps[0]
    if item["object"] == "checkout.session" and steps == ["line_items"]:
        return {**item, "line_items": line_items(books, item["id"])}
    kind = REFERENCES.get((item["object"], field))
    if (item["object"], field) == ("balance_transaction", "source"):
        kind = SOURCES[item["source"].partition("_")[0]]
    if kind is None or len(steps) > 4:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    target = item[field]
    if isinstance(target, str):
        target = books.get(kind, target).data
    if target is not None and len(steps) > 1:
        target = _expand(books, target, steps[1:], path)
    return {**item, field: target}


def line_items(books: Books, session_id: str) -> dict[str, Any]:
    """The lines of a session as a list object."""
    lines = books.get("checkout.session", session_id).private["line_items"]
    return {"object": "list", "data": lines, "has_more": False, "url": f"/v1/checkout/sessions/{session_id}/line_items"}
