"""Statements of producers and of stall holders: the same page over two kinds of account."""

import uuid
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import current_actor
from core.db import utc_now
from core.errors import NotFound
from core.i18n import local_today
from core.web.access import roles
from core.web.paging import requested_page
from market.ledger.models import AccountKind, PostingPart
from market.payouts.queries import find_bank_account
from market.payouts.rules import masked
from market.statements.forms import PeriodForm, ProducerPeriodForm
from market.statements.policies import FARM_READERS, STALL_READERS, require_producers_account, require_stalls_account
from market.statements.queries import SellerAccount, statement_of
from market.statements.words import PART_NAMES, source_name
from traceability.forms import producer_choices

blueprint = Blueprint("statements", __name__)
PER_PAGE = 50


@blueprint.get("/farm/statement")
@roles(*FARM_READERS)
def farm() -> ResponseReturnValue:
    """A producer's statement."""
    producers = producers_of(current_actor())
    producer = _asked_producer(producers)
    form = ProducerPeriodForm(request.args)
    form.producer.choices = producer_choices(producers if producer in producers else [producer])
    form.producer.data = str(producer.id)
    bank_account = find_bank_account(producer.id)
    return _page(
        "market/statements/farm.html",
        SellerAccount(AccountKind.PRODUCER_PAYABLE, producer.id),
        form,
        producer=producer,
        bank_account=bank_account,
        masked=masked,
    )


@blueprint.get("/stalls/<uuid:stall_id>/statement")
@roles(*STALL_READERS)
def stall(stall_id: uuid.UUID) -> ResponseReturnValue:
    """A stall's statement."""
    found = require_stalls_account(current_actor(), stall_id)
    account = SellerAccount(AccountKind.STALL_PAYABLE, found.id)
    return _page("market/statements/stall.html", account, PeriodForm(request.args), stall=found)


def _asked_producer(own: list[Producer]) -> Producer:
    """The producer that the address names, else the reader's first. Raises NotFound."""
    asked = request.args.get("producer", "")
    if not asked:
        if not own:
            raise NotFound
        return own[0]
    try:
        producer_id = uuid.UUID(asked)
    except ValueError:
        raise NotFound from None
    return next((producer for producer in own if producer.id == producer_id), None) or require_producers_account(
        current_actor(), producer_id
    )


def _page(template: str, account: SellerAccount, form: PeriodForm, **values: Any) -> ResponseReturnValue:
    valid = form.validate()
    period = form.period(local_today(utc_now()), valid=valid)
    if valid:
        form.first_day.data, form.last_day.data = period.first_day, period.last_day
        form.first_day.raw_data = form.last_day.raw_data = None
    page = render_template(
        template,
        form=form,
        period=period,
        statement=statement_of(account, period, page=requested_page(), per_page=PER_PAGE),
        parts=list(PostingPart),
        part_names=PART_NAMES,
        source_name=source_name,
        **values,
    )
    return page, 200 if valid else 422
