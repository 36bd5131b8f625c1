"""A market with a stall, and who has to do with it."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName, User
from core.db import db, new_id, readable_code, secret_token
from market.stalls.models import Market, MarketManager, Stall, StallSale
from market.stalls.usecases import record_payment
from tests.factories import make_market, make_stall, make_user, sign_in
from tests.support.paying import LiveSandbox, live_sandbox

__all__ = ["live_sandbox"]


@dataclass(frozen=True)
class Place:
    """One stall of one market, with its holder and the market's manager."""

    market: Market
    stall: Stall
    holder: User
    manager: User

    @property
    def pay_path(self) -> str:
        """Where the placard leads to."""
        return f"/p/{self.stall.placard_code}"


@pytest.fixture
def place(session: scoped_session[Session]) -> Place:
    """A market with one stall."""
    holder, manager = make_user(RoleName.STALL_HOLDER), make_user(RoleName.MARKET_MANAGER)
    market = make_market(name_vi="Chợ Bình Minh (mẫu)")
    db.session.add(MarketManager(market_id=market.id, user_id=manager.id))
    stall = make_stall(market, holder, number="A12", name="Quầy cam (mẫu)", holder_name="Bà Lụa (mẫu)")
    db.session.commit()
    return Place(market, stall, holder, manager)


class Browser(FlaskClient):
    """A browser beside others in one test: `g` outlives a request there, and would keep who was signed in before."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Ask with nothing left of the request before."""
        for name in list(g):
            g.pop(name)
        return super().open(*args, **kwargs)


@pytest.fixture
def browser_of(app: Flask, session: scoped_session[Session]) -> Callable[[User], FlaskClient]:
    """A browser in which somebody is signed in."""

    def sign(user: User) -> FlaskClient:
        client = Browser(app, app.response_class, use_cookies=True)
        sign_in(client, user)
        return client

    return sign


def form_values(**values: str) -> dict[str, str]:
    """A form as a browser sends it, with a mark of its own."""
    return {"form_id": str(uuid.uuid4()), "amount": "200.000", "note": ""} | values


def make_sale(stall: Stall, *, amount_vnd: int = 50_000, note: str | None = None, paid: bool = True) -> StallSale:
    """A sale, paid unless told otherwise, flushed."""
    sale = StallSale(
        id=new_id(),
        stall_id=stall.id,
        number=readable_code(8),
        token=secret_token(),
        amount_vnd=amount_vnd,
        note=note,
        locale="vi",
    )
    db.session.add(sale)
    db.session.flush()
    return record_payment(sale_id=sale.id) if paid else sale


def sales_of(stall: Stall) -> list[StallSale]:
    """The stall's sales as they are in the database now."""
    statement = select(StallSale).where(StallSale.stall_id == stall.id).order_by(StallSale.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def pay_at(client: FlaskClient, live: LiveSandbox, place: Place, **values: str) -> tuple[str, StallSale]:
    """Send the form and pay on the hosted page; the address the buyer is led back to, and the sale."""
    answer = client.post(place.pay_path, data=form_values(**values))
    assert answer.status_code == 303, answer.text
    led_back = live.pay(answer.headers["Location"]).headers["Location"]
    return re.sub(r"^https?://[^/]+", "", led_back), sales_of(place.stall)[-1]
