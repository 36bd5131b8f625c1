"""The benchmark `order_list`: a seller's page of orders, with 10⁵ of them, beside the bare SQL of the same rows."""

import os
import random
import re
from dataclasses import dataclass

import psycopg
import requests

from bench.beside import p95_beside
from bench.measure import Goal, Measure
from bench.world import SITE_PORT, World
from seeds.accounts import DEMO_PASSWORD, FARMER

GOAL = Goal(1.5, at_most=True)
ORDERS = int(os.environ.get("BENCH_ORDERS", "100000"))
SAMPLE = 200
DEEPEST_PAGE = 40
STATES = ("to_pack", "packed", "shipped")
_ID = "('01930000-0000-7000-8000-' || lpad(to_hex({} + n), 12, '0'))::uuid"
_SCALE = f"""
CREATE TEMPORARY TABLE bench_sale AS
SELECT n, CASE WHEN n % 100 < 90 THEN 'shipped' WHEN n % 2 = 0 THEN 'to_pack' ELSE 'packed' END AS state,
       offer.*, timestamptz '2026-01-01' + n * interval '3 minutes' AS happened,
       (ARRAY['Nguyễn Thị Mẫu', 'Trần Văn Mẫu', 'Lê Thị Hoa Mẫu', 'Phạm Đức Mẫu'])[1 + n % 4] AS buyer
FROM generate_series(1, {ORDERS}) AS n
JOIN (
    SELECT o.id AS offer_id, o.price_vnd, o.unit, o.content_quantity, p.producer_id, p.name_vi, p.name_en,
           row_number() OVER (ORDER BY o.id) - 1 AS place, count(*) OVER () AS offers
    FROM offers o JOIN products p ON p.id = o.product_id JOIN producer_members m ON m.producer_id = p.producer_id
    JOIN users u ON u.id = m.user_id WHERE u.email = %(farmer)s
) offer ON offer.place = n % offer.offers;

INSERT INTO orders (id, number, token, buyer_name, buyer_phone, commune_code, address, locale, goods_vnd, delivery_vnd,
                    total_vnd, status, placed_at, paid_at)
SELECT {_ID.format(0)}, 'B' || lpad(n::text, 9, '0'), left(md5(n::text) || md5('2' || n), 43), buyer,
       '+8491' || lpad(n::text, 7, '0'), '18547', 'Thôn ' || n % 20, 'vi', 2 * price_vnd, 20000, 2 * price_vnd + 20000,
       CASE state WHEN 'shipped' THEN 'shipped' ELSE 'paid' END, happened, happened
FROM bench_sale ORDER BY n;

INSERT INTO parcels (id, order_id, producer_id, goods_vnd, delivery_vnd, commission_basis_points, status)
SELECT {_ID.format(ORDERS)}, {_ID.format(0)}, producer_id, 2 * price_vnd, 20000, 500, state FROM bench_sale ORDER BY n;

INSERT INTO order_lines (id, parcel_id, offer_id, product_name_vi, product_name_en, unit, content_quantity, quantity,
                         unit_price_vnd, line_total_vnd)
SELECT {_ID.format(2 * ORDERS)}, {_ID.format(ORDERS)}, offer_id, name_vi, name_en, unit, content_quantity, 2, price_vnd,
       2 * price_vnd
FROM bench_sale ORDER BY n;
"""


def prepare_orders(world: World) -> None:
    """Give the farmer of the demo world the orders where they are not there yet, and let the planner know of them."""
    marker = world.folder / f"orders-{ORDERS}"
    if marker.exists():
        return
    print(f"bench: making {ORDERS:,} orders of one farm (once)", flush=True)
    with psycopg.connect(world.database_url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute(_SCALE.replace("%(farmer)s", f"'{FARMER}'"))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE orders, parcels, order_lines")
    marker.touch()


@dataclass(frozen=True)
class OrderListBenchmark:
    """The 95th percentile of the page beside that of its bare SQL in a bare view, in turns."""

    name: str = "order_list"
    baseline: str = "bare SQL"
    goal: Goal | None = GOAL

    def run(self, world: World) -> Measure:
        """The median of the rounds' ratios counts; it must not exceed the goal."""
        prepare_orders(world)
        asked = random.Random(7)
        lists = [f"?state={asked.choice(STATES)}&page={asked.randint(1, DEEPEST_PAGE)}" for _ in range(SAMPLE)]
        ours, bare = [f"/farm/orders{query}" for query in lists], [f"/orders{query}" for query in lists]
        return p95_beside(self.name, ours=ours, bare=bare, goal=self.goal, accept="text/html", cookie=_signed_in())


def _signed_in() -> str:
    """The cookies of the farmer's browser."""
    browser, address = requests.Session(), f"http://localhost:{SITE_PORT}/sign-in"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(address, timeout=30).text)
    if token is None:
        raise SystemExit("order_list: the page to sign in has no form")
    form = {"csrf_token": token[1], "email": FARMER, "password": DEMO_PASSWORD}
    answer = browser.post(address, form, allow_redirects=False, timeout=30)
    if answer.status_code not in (302, 303):
        raise SystemExit(f"order_list: signing in answered {answer.status_code}")
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
