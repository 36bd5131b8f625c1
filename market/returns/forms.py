"""Forms of returns: what the buyer asks, how the producer answers, what the site decides."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import request
from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.db import new_id
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, MoneyField, ParagraphField, RadioField, SelectField, WholeNumberField
from core.web.needs import NeededWhen
from core.web.photos import PhotosForm
from market.cash.forms import OutcomeMixin
from market.orders.forms import LotsForm, lot_fields
from market.orders.models import OrderLine
from market.returns.answering import Answer, AnswerKind
from market.returns.deciding import Decision
from market.returns.errors import NothingAsked
from market.returns.models import CostBearer, ReturnLine, ReturnReason, ReturnWish
from market.returns.rules import LONGEST_WORDS, MOST_PHOTOS
from market.returns.usecases import ReturnValues
from traceability.lots.queries import LotAtHand

REASON_NAMES = {
    ReturnReason.DAMAGED: _l("Broken or crushed"),
    ReturnReason.SPOILED: _l("Spoilt"),
    ReturnReason.WRONG_GOODS: _l("Other goods than ordered"),
    ReturnReason.MISSING: _l("Something is missing"),
    ReturnReason.NOT_AS_DESCRIBED: _l("Not as described"),
    ReturnReason.RECALLED: _l("It was recalled"),
}
WISH_NAMES = {
    ReturnWish.REFUND: _l("My money back"),
    ReturnWish.PART: _l("Part of my money back; I keep the goods"),
    ReturnWish.REPLACEMENT: _l("The same goods again"),
}
ANSWER_NAMES = {
    AnswerKind.REFUND: _l("I give money back, as entered below"),
    AnswerKind.REPLACE: _l("I send the goods again"),
    AnswerKind.REJECT: _l("I do not agree"),
}
BEARER_NAMES = {
    CostBearer.PRODUCER: _l("The producer"),
    CostBearer.SITE: _l("This site"),
}
_WORDS = [InputRequired(REQUIRED), Length(max=LONGEST_WORDS)]
Bound = TypeVar("Bound", bound=Form)


class StatementForm(PhotosForm):
    """What one side has to say, with photos."""

    most_photos = MOST_PHOTOS

    body = ParagraphField(_l("What do you have to say?"), validators=_WORDS)


class MoneyForm(OutcomeMixin, StatementForm):
    """What became of money that a buyer waits for, and what both sides read about it."""


class ReturnForm(PhotosForm):
    """What a buyer asks for; `return_form` adds the lines. `request_key` makes a double click one return."""

    most_photos = MOST_PHOTOS

    request_key = HiddenField(validators=[DataRequired(), Length(max=36)])
    reason = RadioField(
        _l("What is wrong?"),
        choices=[(str(reason), name) for reason, name in REASON_NAMES.items()],
        validators=[DataRequired(_l("Choose what is wrong."))],
    )
    body = ParagraphField(_l("Tell us more"), validators=_WORDS)
    wish = RadioField(
        _l("What would you like?"),
        choices=[(str(wish), name) for wish, name in WISH_NAMES.items()],
        validators=[DataRequired(_l("Choose what you would like."))],
    )
    wanted = MoneyField(_l("How much, if it is a part"), validators=[NeededWhen(), Optional(), NumberRange(min=1)])

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, and that it is about something; which is said at the first of its lines."""
        valid = bool(super().validate(extra_validators))
        quantities = [self[f"quantity_{line_id}"] for line_id in self.line_ids]
        if quantities and not any(field.data or field.errors for field in quantities):
            quantities[0].errors = [str(NothingAsked.default_message)]
            valid = False
        return valid

    @property
    def line_ids(self) -> list[uuid.UUID]:
        """The order lines that can be asked about."""
        return [uuid.UUID(name.removeprefix("quantity_")) for name in self._fields if name.startswith("quantity_")]

    def values(self) -> ReturnValues:
        """What is asked for; only after validation."""
        return ReturnValues(
            quantities=_by_line(self, "quantity_"),
            reason=ReturnReason(self.reason.data),
            wish=ReturnWish(self.wish.data),
            body=self.body.data or "",
            request_key=self.request_key.data,
            wanted_vnd=self.wanted.data,
            photo_keys=tuple(self.photo_keys),
        )


class AmountsForm(PhotosForm):
    """Money by line; `amounts_form` adds the lines."""

    most_photos = MOST_PHOTOS

    goods_back = BooleanField(_l("The buyer sends the goods back"))

    @property
    def amounts(self) -> dict[uuid.UUID, int]:
        """The amounts in dong by order line."""
        return _by_line(self, "amount_")


class AnswerForm(AmountsForm):
    """How a producer answers."""

    kind = RadioField(
        _l("Your answer"),
        choices=[(str(kind), name) for kind, name in ANSWER_NAMES.items()],
        validators=[DataRequired(_l("Choose an answer."))],
    )
    body = ParagraphField(_l("What do you tell the buyer?"), validators=_WORDS)

    def leave_out_replacing(self) -> None:
        """Offer no other goods to a buyer who wants money."""
        self.kind.choices = [(str(kind), ANSWER_NAMES[kind]) for kind in (AnswerKind.REFUND, AnswerKind.REJECT)]

    def values(self) -> Answer:
        """The answer; only after validation."""
        return Answer(
            kind=AnswerKind(self.kind.data),
            body=self.body.data or "",
            amounts=self.amounts,
            goods_back=self.goods_back.data,
        )


class DecisionForm(AmountsForm):
    """What the site decides."""

    borne_by = SelectField(
        _l("Who pays for it?"),
        choices=[(str(bearer), name) for bearer, name in BEARER_NAMES.items()],
        validators=[DataRequired()],
    )
    body = ParagraphField(_l("Why? Both sides read this."), validators=_WORDS)

    def values(self) -> Decision:
        """The decision; only after validation."""
        return Decision(
            borne_by=CostBearer(self.borne_by.data),
            body=self.body.data or "",
            amounts=self.amounts,
            goods_back=self.goods_back.data,
        )


class GoodsForm(Form):
    """How many of the goods that came back can be sold again; `goods_form` adds the lines."""

    @property
    def fit(self) -> dict[uuid.UUID, int]:
        """Units that can be sold again by order line."""
        return _by_line(self, "fit_")


def return_form(lines: Sequence[OrderLine], left: Mapping[uuid.UUID, int]) -> ReturnForm:
    """The form for what a buyer can still ask about; where that is one line only, all of it is filled in."""
    askable = [line for line in lines if left[line.id]]
    fields = {
        f"quantity_{line.id}": _units_field(
            _l("Quantity"),
            left[line.id],
            _l("From 0 to %(count)s: more was not bought, or was asked for already.", count=left[line.id]),
            NeededWhen(),
            default=left[line.id] if len(askable) == 1 else None,
        )
        for line in askable
    }
    form = _bound(ReturnForm, fields)
    if not form.request_key.data:
        form.request_key.data = str(new_id())
    return form


def amounts_form(
    base: type[Bound], lines: Sequence[ReturnLine], suggested: Mapping[uuid.UUID, int], *, prefix: str = ""
) -> Bound:
    """A form with money by line, from 0 on; `suggested` dong by order line are filled in at first.

    With a `prefix` it can stand on one page with another form.
    """
    fields = {
        f"amount_{line.order_line_id}": MoneyField(
            _l("Amount to give back"),
            validators=[Optional(), NumberRange(min=0)],
            default=suggested[line.order_line_id],
        )
        for line in lines
    }
    return _bound(base, fields, prefix=prefix)


def goods_form(lines: Sequence[ReturnLine]) -> GoodsForm:
    """The form for goods that came back."""
    fields = {
        f"fit_{line.order_line_id}": _units_field(
            _l("Fit for sale"), line.quantity, _l("Enter a number from 0 to %(count)s.", count=line.quantity)
        )
        for line in lines
    }
    return _bound(GoodsForm, fields)


def replacement_form(lots: Mapping[uuid.UUID, Sequence[LotAtHand]]) -> LotsForm:
    """The form for goods that leave again: a lot for each order line."""
    return _bound(LotsForm, lot_fields(lots, choose_first=True))


def _bound(base: type[Bound], fields: Mapping[str, object], *, prefix: str = "") -> Bound:
    form_class: type[Bound] = type("Bound" + base.__name__, (base,), dict(fields))
    return form_class(prefix=prefix) if request.method == "POST" else form_class(formdata=None, prefix=prefix)


def _units_field(
    label: object, most: int, message: object, *validators: object, default: int | None = None
) -> WholeNumberField:
    in_range = NumberRange(min=0, max=most, message=message)
    return WholeNumberField(label, validators=[*validators, Optional(), in_range], default=default)


def _by_line(form: Form, prefix: str) -> dict[uuid.UUID, int]:
    return {
        uuid.UUID(name.removeprefix(prefix)): field.data
        for name, field in form._fields.items()
        if name.startswith(prefix) and field.data
    }
