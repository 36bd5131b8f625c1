"""How fast Digital Links are read: every check on, every URI another, on one core."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.measure import Goal, Measure, measure
from traceability.gs1.check_digits import check_digit
from traceability.gs1.digital_link import parse_digital_link

GOAL = Goal(100_000, of="value")
URIS = 40_000
ROUNDS = 5
SITES = ("https://id.gs1.org", "https://example.com", "https://shop.example.com/trace")


@dataclass(frozen=True)
class DigitalLinkBenchmark:
    """`parse_digital_link` beside the standard library's `urlsplit` and a split of the path, which check nothing."""

    name: str = "digital_link_parse"
    baseline: str = "urlsplit"
    goal: Goal | None = GOAL

    def run(self) -> Measure:
        """Read the same URIs with both in turns; the medians of the rounds count."""
        uris = digital_links(URIS)
        values, baselines, ratios = [], [], []
        for _ in range(ROUNDS):
            baseline = _per_second(_split, uris)
            value = _per_second(parse_digital_link, uris)
            values.append(value)
            baselines.append(baseline)
            ratios.append(value / baseline)
        return measure(self.name, statistics.median(values), "URIs/s", baselines, ratios, self.goal)


def digital_links(count: int) -> list[str]:
    """So many different links of products, lots, items, variants, pieces, parcels, places and assets."""
    draw = random.Random(4)
    shapes: tuple[Callable[[], str], ...] = (
        lambda: f"01/{_number(draw, 14)}/10/{_text(draw)}",
        lambda: f"01/{_number(draw, 14)}/21/{_text(draw)}",
        lambda: f"01/{_number(draw, 14)}/10/{_text(draw)}/21/{_text(draw)}",
        lambda: (
            f"01/{_number(draw, 14)}/22/2A/10/{_text(draw)}/21/{_text(draw)}"
            f"?17=26{draw.randint(1, 12):02}15&3103=00{draw.randint(0, 9999):04}"
        ),
        lambda: f"01/{_number(draw, 14)}/10/{_text(draw)}%2F{draw.randint(1, 99)}?linkType=gs1:traceability",
        lambda: f"00/{_number(draw, 18)}",
        lambda: f"414/{_number(draw, 13)}/254/{_text(draw)}",
        lambda: f"8004/{_number(draw, 13)}{_text(draw)}",
        lambda: f"8006/{_number(draw, 14)}0102/21/{_text(draw)}",
    )
    links = {f"{draw.choice(SITES)}/{draw.choice(shapes)()}" for _ in range(count)}
    return sorted(links, key=lambda _: draw.random())


def _number(draw: random.Random, length: int) -> str:
    payload = "".join(draw.choices("0123456789", k=length - 1))
    return payload + check_digit(payload)


def _text(draw: random.Random) -> str:
    return "".join(draw.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-.", k=draw.randint(4, 12)))


def _split(uri: str) -> list[str]:
    return urlsplit(uri).path.split("/")


def _per_second(read: Callable[[str], object], uris: Sequence[str]) -> float:
    """URIs in a second of processor time: the time of one core, whatever else the machine is busy with."""
    started = time.process_time()
    for uri in uris:
        read(uri)
    return len(uris) / (time.process_time() - started)
