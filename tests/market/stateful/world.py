"""A market on a database of its own: farms, offers, buyers, a payment vendor that can fail, and time that passes."""

import itertools
import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import WSGIRequestHandler

from app import create_app
from core.accounts import Actor, RoleName
from core.config import Settings
from core.db import atomic, db, utc_now
from core.errors import AppError, Unavailable
from core.i18n import local_today
from market.cash.rules import CashLimits
from market.cash.usecases import allow_cash
from market.offers.cycles import CycleValues, open_cycle
from market.offers.models import Offer
from market.offers.stock import count_stock
from market.payments.gateway import PaymentGateway
from market.payments.sandbox.store import Store
from market.payments.sandbox.tables import SCHEMA
from market.promotions.models import Bearer, PromotionKind
from tests.factories import make_offer, make_product, make_promotion, make_user
from tests.support.databases import TestDatabases
from tests.support.paying import LiveSandbox, start_live_sandbox, stop_live_sandbox
from tests.traceability.farm import Farm, actor_of, make_farm
from traceability.lots.models import Lot

Action = Callable[[], object]
AT_ONCE = 2
REFUND_FAILS = "4000000000005126"
LOT_PIECES = 90_000
"""So many that no run can use a lot up."""
BY_WEIGHT = {"price_vnd": 200_000, "price_per_kg_vnd": 160_000, "average_grams": 1_250, "weight_tolerance_percent": 10}
"""So dear that what a heavier piece costs more can be paid by card."""

CASH_LIMITS = CashLimits(order_limit_vnd=500_000, open_limit_vnd=900_000)
A_DAY = timedelta(days=1)

_numbers = itertools.count(1)


class FailingGateway:
    """The real gateway, of which a test may lose a request on its way there, or the answer on its way back."""

    FAILING = frozenset({"create_session", "fetch_session", "expire_session", "refund", "fetch_refund"})

    def __init__(self, real: PaymentGateway) -> None:
        self._real = real
        self._faults: deque[str] = deque()

    def lose(self, *faults: str) -> None:
        """Let the next calls meet these faults: "request", "answer", or "" for none."""
        self._faults = deque(faults)

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._real, name)
        if name not in self.FAILING:
            return call

        def ask(*args: Any, **given: Any) -> Any:
            fault = self._faults.popleft() if self._faults else ""
            if fault == "request":
                raise Unavailable
            answer = call(*args, **given)
            if fault == "answer":
                raise Unavailable
            return answer

        return ask


class QuietHandler(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


@dataclass
class Goods:
    """An offer, whose it is, and a lot that it can be packed from."""

    offer_id: uuid.UUID
    farm: int
    product_id: uuid.UUID
    lot_id: uuid.UUID
    is_weighed: bool


@dataclass
class World:
    """Everything that outlives one history. The neighbour may pay at the door."""

    app: Flask
    live: LiveSandbox
    gateway: FailingGateway
    farmers: list[Actor]
    officers: list[Actor]
    neighbour: Actor
    goods: list[Goods]
    pool: ThreadPoolExecutor
    engine: sa.Engine
    began_at: datetime = field(default_factory=utc_now)
    histories: int = 0
    is_sound: bool = True

    @property
    def harvested(self) -> Goods:
        """What is ordered before it is harvested."""
        return self.goods[-1]

    @property
    def offer_ids(self) -> list[uuid.UUID]:
        """The offers of all goods."""
        return [goods.offer_id for goods in self.goods]

    def farm_of(self, offer_id: uuid.UUID) -> int:
        """Whose goods these are."""
        return next(goods.farm for goods in self.goods if goods.offer_id == offer_id)

    @property
    def store(self) -> Store:
        """The books of the vendor."""
        store: Store = self.live.serving.app.extensions["payment_sandbox_store"]
        return store

    def do(self, action: Action) -> object:
        """One request or task: a context and a session of its own; what it returned, or the error it named."""
        with self.app.app_context():
            try:
                return action()
            except AppError as error:
                return error

    def do_at_once(self, *actions: Action) -> list[object]:
        """So many requests that begin together, each in a thread with a connection of its own."""
        barrier = threading.Barrier(len(actions))

        def run(action: Action) -> object:
            barrier.wait(timeout=30)
            return self.do(action)

        return list(self.pool.map(run, actions))

    def sql(self, statement: str, **parameters: Any) -> Sequence[Any]:
        """The rows of a statement in a transaction of its own."""
        with self.engine.connect() as connection:
            result = connection.execute(sa.text(statement), parameters)
            return result.all() if result.returns_rows else []

    def begin(self) -> None:
        """A history begins. What was before it is settled, and the sweep need not look there."""
        self.is_sound, self.began_at = False, utc_now()

    def end(self) -> None:
        """A history has ended well."""
        self.is_sound, self.histories = True, self.histories + 1

    def stock_up(self, quantities: Sequence[int]) -> None:
        """Let each offer have so many pieces that nobody holds."""
        with self.app.app_context(), atomic():
            for goods, quantity in zip(self.goods, quantities, strict=True):
                count_stock(actor=self.farmers[goods.farm], offer_id=goods.offer_id, on_hand=quantity)

    def make_vouchers(self, uses: Sequence[int]) -> list[uuid.UUID]:
        """Vouchers that can be used so often: one of the site, one of the first farm."""
        with self.app.app_context(), atomic():
            producer_id = db.session.get_one(Offer, self.goods[0].offer_id).product.producer_id
            made = [
                make_promotion(code=f"MAU{next(_numbers)}X", max_uses=uses[0], max_uses_per_person=1),
                make_promotion(
                    code=f"MAU{next(_numbers)}X",
                    kind=PromotionKind.AMOUNT,
                    borne_by=Bearer.PRODUCER,
                    producer_id=producer_id,
                    max_uses=uses[1],
                ),
            ]
            return [voucher.id for voucher in made]

    def let_pass(self, minutes: int, *, here: bool, there: bool, is_the_end: bool = False) -> None:
        """Time passes for us, for the vendor, or for both: all that has an end comes so much nearer to it.

        What was asked of the vendor must not change as long as it may be asked again with the same key: payments whose
        page is not known yet keep their end, until at the end of a history nobody asks any more.
        """
        seconds = {"seconds": minutes * 60}
        if here:
            for table, column in (("payments", "expires_at"), ("orders", "reserved_until")):
                moved = f"{column} - :seconds * interval '1 second'"
                self.sql(
                    f"UPDATE {table} SET {column} = {moved} WHERE {column} > now() - interval '1 day'"
                    f" AND (:is_the_end OR status <> 'pending')",
                    is_the_end=is_the_end,
                    **seconds,
                )
        if there:
            self.sql(
                f"UPDATE {SCHEMA}.objects SET data = jsonb_set(data, '{{expires_at}}', "
                "to_jsonb((data ->> 'expires_at')::bigint - :seconds)) "
                "WHERE type = 'checkout.session' AND data ->> 'status' = 'open'",
                **seconds,
            )
            self.sql(
                f"UPDATE {SCHEMA}.objects SET private = jsonb_set(private, '{{at}}', to_jsonb(0)) "
                "WHERE type = 'refund' AND private ? 'at'"
            )

    def let_harvest_come(self) -> None:
        """The first day of what was ordered beforehand: its rest should have been paid."""
        self.sql(
            "UPDATE collections SET due_at = now() WHERE reason = 'balance' AND status = 'open' AND due_at > now()"
        )

    def vendor_sweeps(self) -> None:
        """The vendor closes what is over, and banks answer about refunds."""
        self.live.serving.app.extensions["payment_sandbox_background"].sweep()

    def close(self) -> None:
        """End its threads, its server and its connections."""
        self.pool.shutdown()
        stop_live_sandbox(self.live)
        self.engine.dispose()
        with self.app.app_context():
            db.engine.dispose()


def make_world(databases: TestDatabases, make_settings: Callable[..., Settings]) -> World:
    """A market in which nothing has happened yet."""
    url = databases.clone()
    _hasten(url)
    app = create_app(make_settings(url))
    app.testing = True
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    live = start_live_sandbox(app)
    live.serving.server.RequestHandlerClass = QuietHandler
    with app.app_context(), atomic():
        farms = [make_farm(), make_farm()]
        goods = [
            _goods(farms[0], 0),
            _goods(farms[0], 0, **BY_WEIGHT),
            _goods(farms[1], 1, price_vnd=21_000),
            _goods(farms[1], 1, bound=True, price_vnd=64_000),
            _goods(farms[1], 1, is_preorder=True, price_vnd=90_000),
        ]
        open_cycle(actor=farms[1].actor, offer_id=goods[-1].offer_id, values=next_harvest())
        officers = [actor_of(make_user(RoleName.PROVINCE_OFFICER)) for _ in range(AT_ONCE)]
        farmers = [farm.actor for farm in farms]
        neighbour = _neighbour()
    return World(
        app=app,
        live=live,
        gateway=FailingGateway(live.gateway),
        farmers=farmers,
        officers=officers,
        neighbour=neighbour,
        goods=goods,
        pool=ThreadPoolExecutor(AT_ONCE),
        engine=sa.create_engine(url, isolation_level="AUTOCOMMIT"),
    )


def _goods(farm: Farm, number: int, *, bound: bool = False, **terms: object) -> Goods:
    product = make_product(farm.producer)
    lot: Lot = Farm(farm.user, farm.producer, product, farm.plot).harvest(LOT_PIECES)
    offer = make_offer(product, on_hand=1, lot_id=lot.id if bound else None, **terms)
    return Goods(offer.id, number, product.id, lot.id, offer.price_per_kg_vnd is not None)


def _neighbour() -> Actor:
    """Who is on the list of those who pay in cash, within limits that some orders pass."""
    user = make_user()
    allow_cash(
        actor=actor_of(make_user(RoleName.ADMINISTRATOR)),
        name=user.email or "",
        limits=CASH_LIMITS,
        reason="Khách quen (mẫu)",
    )
    return actor_of(user)


def next_harvest() -> CycleValues:
    """Ordered beforehand for as long as a world lives, two fifths of the price at once."""
    first = local_today(utc_now()) + timedelta(days=30)
    return CycleValues(utc_now() - A_DAY, utc_now() + 20 * A_DAY, first, first + timedelta(days=10), 40)


def _hasten(url: str) -> None:
    """Commits need not reach the disk here, and who waits in a ring is told soon; all else is as it is."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        name = connection.scalar(sa.text("SELECT current_database()"))
        for setting in ("synchronous_commit = off", "deadlock_timeout = '200ms'", "lock_timeout = '30s'"):
            connection.execute(sa.text(f'ALTER DATABASE "{name}" SET {setting}'))
    engine.dispose()
