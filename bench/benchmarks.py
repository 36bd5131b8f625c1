"""The benchmarks: what each asks for, and the goal its ratio is held against."""

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import create_engine, text

from bench.baseline import ROWS
from bench.capture import CaptureBenchmark, CaptureMemoryBenchmark
from bench.checkout import CheckoutBenchmark
from bench.epcis import EventHashBenchmark
from bench.genealogy import GenealogyBenchmark
from bench.gs1 import DigitalLinkBenchmark
from bench.labels import LabelsBenchmark, LabelsMemoryBenchmark
from bench.load import run_load
from bench.measure import Goal, Measure, measure
from bench.order_list import OrderListBenchmark
from bench.queries import EventsByEpcBenchmark
from bench.world import BASELINE_PORT, SITE_PORT, World

SECONDS = 4.0
WARM_UP_SECONDS = 4.0
ROUNDS = 3
SAMPLE = 2000


@dataclass(frozen=True)
class PageBenchmark:
    """A page under load beside `hello_row`, in turns."""

    name: str
    goal: Goal | None
    addresses: Callable[[World], Sequence[str]]
    baseline: str = "hello_row"

    def run(self, world: World) -> Measure:
        """Measure page and baseline in turns; the median of the rounds' ratios counts."""
        paths = self.addresses(world)
        baseline_paths = [f"/rows/{random.Random(2).randint(1, ROWS)}" for _ in range(SAMPLE)]
        run_load(SITE_PORT, paths, seconds=WARM_UP_SECONDS)
        run_load(BASELINE_PORT, baseline_paths, seconds=WARM_UP_SECONDS)
        values, baselines, ratios = [], [], []
        for _ in range(ROUNDS):
            baseline = run_load(BASELINE_PORT, baseline_paths, seconds=SECONDS)
            page = run_load(SITE_PORT, paths, seconds=SECONDS)
            if page.failures or baseline.failures:
                raise SystemExit(f"{self.name}: {page.failures + baseline.failures} answers were not 200")
            values.append(page.requests_per_second)
            baselines.append(baseline.requests_per_second)
            ratios.append(page.requests_per_second / baseline.requests_per_second)
        return measure(self.name, statistics.median(values), "requests/s", baselines, ratios, self.goal)


def _sample(world: World, statement: str) -> list[str]:
    engine = create_engine(world.database_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT setseed(0.42)"))
        found = [str(row[0]) for row in connection.execute(text(statement), {"limit": SAMPLE})]
    engine.dispose()
    return found


def trace_paths(world: World) -> list[str]:
    """Random lots' Digital Links."""
    return _sample(
        world,
        "SELECT '/01/' || p.gtin || '/10/' || l.lot_number FROM lots l JOIN products p ON p.id = l.product_id "
        "ORDER BY random() LIMIT :limit",
    )


def product_paths(world: World) -> list[str]:
    """Random products that can be bought."""
    return _sample(
        world,
        "SELECT '/products/' || p.slug FROM products p WHERE p.status = 'published' AND EXISTS "
        "(SELECT 1 FROM offers o WHERE o.product_id = p.id AND o.on_hand - o.reserved > 10) "
        "ORDER BY random() LIMIT :limit",
    )


def search_paths(world: World) -> list[str]:
    """Words of random products, as people type them."""
    names = _sample(world, "SELECT name_vi FROM products ORDER BY random() LIMIT :limit")
    return [f"/search?q={quote(' '.join(name.split()[:2]))}" for name in names]


LIBRARY_BENCHMARKS: tuple[DigitalLinkBenchmark | EventHashBenchmark, ...] = (
    DigitalLinkBenchmark(),
    EventHashBenchmark(),
)
"""What needs neither database nor servers."""

SITE_BENCHMARKS: tuple[
    PageBenchmark
    | CheckoutBenchmark
    | CaptureBenchmark
    | CaptureMemoryBenchmark
    | EventsByEpcBenchmark
    | GenealogyBenchmark
    | LabelsBenchmark
    | LabelsMemoryBenchmark
    | OrderListBenchmark,
    ...,
] = (
    PageBenchmark("trace_page", Goal(0.20), trace_paths),
    PageBenchmark("product_page", Goal(0.12), product_paths),
    PageBenchmark("search_page", None, search_paths),
    CheckoutBenchmark(),
    OrderListBenchmark(),
    EventsByEpcBenchmark(),
    GenealogyBenchmark(),
    CaptureBenchmark(),
    CaptureMemoryBenchmark(),
    LabelsBenchmark(),
    LabelsMemoryBenchmark(),
)
"""What runs against the site, in its world."""
