"""Payment intents, charges and refunds."""

from __future__ import annotations

from flask import Response

from .api import answer_list, answer_object, answer_write, api_blueprint
from .balance import CHARGE
from .parameters import LIST_FIELDS, Integer, Metadata, Parameter, Text
from .refunding import REFUND, refund_charge
from .transitions import INTENT

blueprint = api_blueprint("payments")

REFUND_FIELDS: dict[str, Parameter] = {
    "amount": Integer(least=1),
    "charge": Text(longest=255),
    "metadata": Metadata(),
    "payment_intent": Text(longest=255),
    "reason": Text(choices=("duplicate", "fraudulent", "requested_by_customer")),
}
BY_INTENT: dict[str, Parameter] = {**LIST_FIELDS, "payment_intent": Text(longest=255)}


@blueprint.get("/payment_intents")
def intents() -> Response:
    return answer_list(INTENT, LIST_FIELDS)


@blueprint.get("/payment_intents/<intent_id>")
def intent(intent_id: str) -> Response:
    return answer_object(INTENT, intent_id)


@blueprint.get("/charges")
def charges() -> Response:
    return answer_list(CHARGE, BY_INTENT)


@blueprint.get("/charges/<charge_id>")
def charge(charge_id: str) -> Response:
    return answer_object(CHARGE, charge_id)


@blueprint.post("/refunds")
def create_refund() -> Response:
    return answer_write(REFUND_FIELDS, lambda books, parameters: refund_charge(books, parameters).data)


@blueprint.get("/refunds")
def refunds() -> Response:
    return answer_list(REFUND, {**BY_INTENT, "charge": Text(longest=255)})


@blueprint.get("/refunds/<refund_id>")
def refund(refund_id: str) -> Response:
    return answer_object(REFUND, refund_id)
