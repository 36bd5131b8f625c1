"""The benchmark `checkout`: whole purchases, from the basket to the paid order, beside the bare commits of the same."""

import itertools
import re
import socket
import statistics
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlencode, urlsplit

import psycopg

from bench.bare_purchase import BarePurchase, read_purchase
from bench.measure import Goal, Measure, measure
from bench.world import SANDBOX_PORT, SITE_PORT, World

GOAL = Goal(0.25)
LEAST_PER_SECOND = 50
BUYERS = 16
"""As many as the connections with which the figures of other shops were taken."""

SECONDS = 16.0
"""So long that how a round begins and ends weighs little."""
ROUNDS = 3
PATIENCE_SECONDS = 30.0
SETTLING_SECONDS = 11.0
"""How long the server takes to add to its statistics what its processes did: an idle one does so after ten seconds."""

SAMPLE = 2000
WRITTEN_ALIKE = 0.1
"""How much the baseline may differ from a purchase in what it writes."""

PERSON = {
    "name": "Người mua mẫu",
    "phone": "0912345678",
    "province": "42",
    "commune": "18073",
    "address": "Số 1 đường mẫu",
    "email": "mau@example.com",
    "note": "",
}
CARD = {"card_number": "4242424242424242", "card_expiry": "12/40", "card_cvc": "123", "card_name": "NGUYEN THI MAU"}


@dataclass(frozen=True)
class Effort:
    """What a purchase asks of the database: transactions that write, and rows that they write."""

    transactions: float
    rows: float


@dataclass
class Browser:
    """One buyer's connections and cookies; `fresh` begins the next purchase with an empty basket.

    It reads of HTTP what the servers here answer and no more: what a buyer costs is taken from the processors that the
    servers have, and a library's client takes twice as much of them.
    """

    first_cookies: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    connections: dict[int, BinaryIO] = field(default_factory=dict)

    def fresh(self) -> None:
        """Forget the basket, keep the language and the token for forms."""
        self.cookies = dict(self.first_cookies)

    def ask(self, port: int, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, the address it leads on to, and the page."""
        lines, body = [f"{method} {path} HTTP/1.1", f"Host: localhost:{port}"], b""
        if port == SITE_PORT and self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if form is not None:
            body = urlencode(form).encode()
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        connection = self._connection(port)
        connection.write("\r\n".join((*lines, "", "")).encode() + body)
        connection.flush()
        status, headers = int(connection.readline().split()[1]), list(_read_headers(connection))
        page = connection.read(int(dict(headers)["content-length"])).decode()
        for name, value in headers:
            if port == SITE_PORT and name == "set-cookie":
                cookie, _, content = value.split(";", 1)[0].partition("=")
                self.cookies[cookie] = content
        return status, dict(headers).get("location", ""), page

    def _connection(self, port: int) -> BinaryIO:
        if port not in self.connections:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as opened:
                self.connections[port] = opened.makefile("rwb")  # which keeps it open
        return self.connections[port]


def _read_headers(connection: BinaryIO) -> Iterator[tuple[str, str]]:
    while line := connection.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        yield name.lower(), value.strip()


@dataclass(frozen=True)
class CheckoutBenchmark:
    """Basket, order, session at the sandbox, card, webhook, paid: how many of these purchases a second.

    The baseline commits the same purchase by bare SQL, on as many connections as there are buyers: its rows, in their
    tables with all that these check, in as many transactions.
    """

    name: str = "checkout"
    baseline: str = "bare commits"
    goal: Goal | None = GOAL
    workers: int = 2
    threads: int = 4  # in each worker: with more, they wait for each other's turn in the interpreter

    def run(self, world: World) -> Measure:
        """The medians of the rounds count; a round counts only if every order placed was paid."""
        address = world.database_url.replace("postgresql+psycopg://", "postgresql://")
        values, baselines, ratios = [], [], []
        with psycopg.connect(address, autocommit=True) as connection:
            offers = _offers(connection)
            _buy_for(2.0, offers, connection)  # warms up
            purchase = read_purchase(connection)
            for _ in range(ROUNDS):
                rate, effort = _buy_for(SECONDS, offers, connection)
                bare, written = _commit_for(SECONDS / 2, purchase, offers, connection, address)
                _check_alike(effort, written)
                values.append(rate)
                baselines.append(bare)
                ratios.append(rate / bare)
        value = statistics.median(values)
        found = measure(self.name, value, "flows/s", baselines, ratios, self.goal)
        if value < LEAST_PER_SECOND:
            print(f"{self.name}: {value:.1f} flows/s, below {LEAST_PER_SECOND}", flush=True)
            return Measure(**{**vars(found), "holds": False})
        return found


def _offers(connection: psycopg.Connection) -> Sequence[str]:
    connection.execute("SELECT setseed(0.42)")
    rows = connection.execute(
        "SELECT o.id::text FROM offers o JOIN products p ON p.id = o.product_id"
        " WHERE p.status = 'published' AND o.status = 'active' AND o.on_hand - o.reserved > 10"
        " AND NOT EXISTS (SELECT FROM delivery_methods m WHERE m.producer_id = p.producer_id)"  # nothing to choose
        " AND o.price_vnd BETWEEN 20000 AND 900000 ORDER BY random() LIMIT %s",
        (SAMPLE,),
    )
    return [row[0] for row in rows]


def _buy_for(seconds: float, offers: Sequence[str], connection: psycopg.Connection) -> tuple[float, Effort]:
    """Let buyers buy for so long; the purchases a second until the last one was paid, and what each asked for."""
    written, began = _written(connection), _now(connection)
    started = time.perf_counter()
    chosen, lock = itertools.cycle(offers), threading.Lock()

    def buy(_buyer: int) -> int:
        browser, token, bought = *_new_browser(), 0
        while time.perf_counter() < started + seconds:
            with lock:
                offer = next(chosen)
            _purchase(browser, token, offer)
            bought += 1
        return bought

    with ThreadPoolExecutor(BUYERS) as pool:
        bought = sum(pool.map(buy, range(BUYERS)))
    while (paid := _paid(connection, since=began)) < bought:
        if time.perf_counter() > started + seconds + PATIENCE_SECONDS:
            raise SystemExit(f"checkout: of {bought} orders only {paid} were paid")
        time.sleep(0.01)
    rate = bought / (time.perf_counter() - started)
    time.sleep(SETTLING_SECONDS)
    now = _written(connection)
    return rate, Effort(*((after - before) / bought for before, after in zip(written, now, strict=True)))


def _new_browser() -> tuple[Browser, str]:
    browser = Browser()
    _status, _address, page = browser.ask(SITE_PORT, "GET", "/basket")
    browser.first_cookies = dict(browser.cookies)
    return browser, _value(page, "csrf_token")


def _purchase(browser: Browser, token: str, offer: str) -> None:
    """One offer, from the basket to the card; the webhook does the rest."""
    browser.fresh()
    added = browser.ask(SITE_PORT, "POST", "/basket/lines", {"offer": offer, "quantity": "1", "csrf_token": token})
    status, _address, page = browser.ask(SITE_PORT, "GET", "/checkout")
    shown = {name: _value(page, name) for name in ("shown_goods_vnd", "shown_promotions")}
    ordered = browser.ask(SITE_PORT, "POST", "/checkout", {**PERSON, **shown, "csrf_token": token})
    if (added[0], status, ordered[0]) != (303, 200, 303) or "/c/pay/" not in ordered[1]:
        raise SystemExit(f"checkout: basket {added[0]}, form {status}, order {ordered[0]} {ordered[1]}")
    paid = browser.ask(SANDBOX_PORT, "POST", urlsplit(ordered[1]).path, CARD)
    if paid[0] != 303:
        raise SystemExit(f"checkout: the payment page answered {paid[0]}")


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def _now(connection: psycopg.Connection) -> object:
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    return row[0]


def _paid(connection: psycopg.Connection, *, since: object) -> int:
    """How many orders of this round are paid; counting all there are would be work for the server that is measured."""
    query = "SELECT count(*) FROM orders WHERE status = 'paid' AND placed_at >= %s"
    row = connection.execute(query, (since,)).fetchone()
    assert row is not None
    return int(row[0])


def _written(connection: psycopg.Connection) -> tuple[int, int]:
    """How many transactions have written so far, and how many rows."""
    row = connection.execute(
        "SELECT pg_current_xact_id()::text::bigint, (SELECT tup_inserted + tup_updated + tup_deleted"
        " FROM pg_stat_database WHERE datname = current_database())"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _commit_for(
    seconds: float, purchase: BarePurchase, offers: Sequence[str], connection: psycopg.Connection, address: str
) -> tuple[float, Effort]:
    """How many times a second the purchase is committed by bare SQL, and what each asked for."""
    before = _written(connection)
    chosen, lock = itertools.cycle(offers), threading.Lock()

    def commit(_worker: int) -> int:
        committed = 0
        with psycopg.connect(address) as own:
            ends = time.perf_counter() + seconds
            while time.perf_counter() < ends:
                with lock:
                    offer = next(chosen)
                purchase.make(own, uuid.UUID(offer))
                committed += 1
        return committed

    with ThreadPoolExecutor(BUYERS) as pool:
        committed = sum(pool.map(commit, range(BUYERS)))
    time.sleep(1)  # these connections are closed by now, and what they did is counted
    now = _written(connection)
    return committed / seconds, Effort(*((a - b) / committed for a, b in zip(now, before, strict=True)))


def _check_alike(effort: Effort, written: Effort) -> None:
    """Raise SystemExit unless the baseline writes what a purchase does."""
    print(
        f"checkout: a purchase writes {effort.rows:.1f} rows in {effort.transactions:.1f} transactions, "
        f"the baseline {written.rows:.1f} in {written.transactions:.1f}",
        flush=True,
    )
    if abs(written.rows / effort.rows - 1) > WRITTEN_ALIKE:
        raise SystemExit("checkout: the baseline does not write what a purchase does; see bench/bare_purchase.py")
