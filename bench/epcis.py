"""How fast event hashes are made, beside the published generator on the same documents, one process each.

Both are measured in seconds of processor time, so that a busy machine does not decide.
"""

import io
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import Goal, Measure, measure
from traceability.epcis.contexts import EPCIS_CONTEXT, namespaces
from traceability.epcis.documents import stream_events
from traceability.epcis.hashing import event_hash
from traceability.gs1.check_digits import check_digit
from traceability.gs1.epc_uris import canonical_identifier

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "bench.txt"
ENVIRONMENT = ROOT / "var" / "bench" / "event-hash-generator"
GOAL = Goal(10)
DOCUMENTS = 5
EVENTS = 200
ROUNDS = 3

Event = dict[str, Any]


@dataclass(frozen=True)
class EventHashBenchmark:
    """From the text of documents to the hashes of their events: ours, strict reading included, and the generator's."""

    name: str = "event_hash"
    baseline: str = "epcis-event-hash-generator"
    goal: Goal | None = GOAL

    def run(self) -> Measure:
        """Hash the same documents with both in turns; the medians of the rounds count, and the hashes must be equal."""
        generator = generator_python()
        texts = [json.dumps(document) for document in documents(DOCUMENTS, EVENTS)]
        values, baselines, ratios = [], [], []
        for _ in range(ROUNDS):
            expected, baseline = _reference_hashes(generator, texts)
            canonical_identifier.cache_clear()
            started = time.process_time()
            hashes = [value for text in texts for value in _hashes(text)]
            value = len(hashes) / (time.process_time() - started)
            if hashes != expected:
                raise SystemExit(f"{self.name}: the hashes differ from those of the published generator")
            values.append(value)
            baselines.append(baseline)
            ratios.append(value / baseline)
        return measure(self.name, statistics.median(values), "events/s", baselines, ratios, self.goal)


def generator_python() -> Path:
    """The interpreter beside which the generator is installed: in an environment of its own, made once."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = ENVIRONMENT / "requirements.txt"
    if not stamp.exists() or stamp.read_bytes() != REQUIREMENTS.read_bytes():
        print("bench: installing the published event hash generator into var/bench (once)", flush=True)
        install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", REQUIREMENTS]
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
            subprocess.run(install, check=True)
        except subprocess.CalledProcessError as error:
            raise SystemExit(
                f"event_hash: {REQUIREMENTS.relative_to(ROOT)} could not be installed into "
                f"{ENVIRONMENT.relative_to(ROOT)}; the benchmark compares with the package in it."
            ) from error
        stamp.write_bytes(REQUIREMENTS.read_bytes())
    return python


def _hashes(text: str) -> list[str]:
    head, events = stream_events(io.BytesIO(text.encode()))
    spaces = namespaces(head.context)
    return [event_hash(event.event, spaces) for event in events]


def _reference_hashes(python: Path, texts: list[str]) -> tuple[list[str], float]:
    """The generator's hashes of `texts`, and how many it makes a second."""
    script = Path(__file__).with_name("reference_hashes.py")
    answer = subprocess.run([python, script], input=json.dumps(texts).encode(), stdout=subprocess.PIPE, check=True)
    found = json.loads(answer.stdout)
    return found["hashes"], len(found["hashes"]) / found["seconds"]


def documents(count: int, events: int) -> list[Event]:
    """So many documents of so many events, all different: harvests, packings, dispatches, mixtures, cold rooms."""
    draw = random.Random(8)
    kinds: tuple[Callable[[random.Random], Event], ...] = (_harvest, _packing, _dispatch, _mixture, _cold_room)
    context = [
        EPCIS_CONTEXT,
        {"cbvmda": "urn:epcglobal:cbv:mda:", "gs1": "https://gs1.org/voc/", "example": "https://ns.example.com/epcis/"},
    ]
    return [
        {
            "@context": context,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-09-01T00:00:00Z",
            "epcisBody": {"eventList": [_event(draw, draw.choice(kinds)(draw)) for _ in range(events)]},
        }
        for _ in range(count)
    ]


def _event(draw: random.Random, what: Event) -> Event:
    time_of_day = f"{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}.{draw.randrange(1000):03}"
    place = f"urn:epc:id:sgln:9506000.{draw.randrange(100_000):05}.0"
    return {
        "eventTime": f"2026-08-{draw.randint(1, 28):02}T{time_of_day}+07:00",
        "eventTimeZoneOffset": "+07:00",
        "readPoint": {"id": place, "example:gate": f"G{draw.randrange(9)}"},
        **what,
    }


def _lot(draw: random.Random) -> str:
    return f"urn:epc:class:lgtin:9506000.0{draw.randrange(100_000):05}.L{draw.randrange(10**6):06}"


def _item(draw: random.Random) -> str:
    payload = f"0950600{draw.randrange(10**6):06}"
    return f"https://example.com/01/{payload}{check_digit(payload)}/21/S{draw.randrange(10**9)}"


def _harvest(draw: random.Random) -> Event:
    return {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "quantityList": [{"epcClass": _lot(draw), "quantity": draw.randrange(1, 9000) / 10, "uom": "KGM"}],
        "ilmd": {"cbvmda:lotNumber": f"L{draw.randrange(10**6)}", "example:plot": {"example:row": f"R{draw.random()}"}},
    }


def _packing(draw: random.Random) -> Event:
    return {
        "type": "AggregationEvent",
        "action": "ADD",
        "parentID": f"urn:epc:id:sscc:9506000.{draw.randrange(10**10):010}",
        "childEPCs": [_item(draw) for _ in range(10)],
        "bizStep": "packing",
        "disposition": "container_closed",
    }


def _dispatch(draw: random.Random) -> Event:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "epcList": [_item(draw) for _ in range(4)],
        "bizStep": "shipping",
        "disposition": "in_transit",
        "bizTransactionList": [{"type": "po", "bizTransaction": f"https://example.com/orders/{draw.randrange(10**9)}"}],
        "sourceList": [{"type": "possessing_party", "source": "urn:epc:id:pgln:9506000.13437"}],
        "destinationList": [{"type": "possessing_party", "destination": "urn:epc:id:pgln:9506000.00002"}],
    }


def _mixture(draw: random.Random) -> Event:
    return {
        "type": "TransformationEvent",
        "inputQuantityList": [{"epcClass": _lot(draw), "quantity": draw.randint(1, 99)} for _ in range(3)],
        "outputQuantityList": [{"epcClass": _lot(draw), "quantity": draw.randint(1, 99), "uom": "KGM"}],
        "bizStep": "commissioning",
    }


def _cold_room(draw: random.Random) -> Event:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "epcList": [_item(draw)],
        "bizStep": "sensor_reporting",
        "sensorElementList": [
            {
                "sensorMetadata": {"time": f"2026-08-01T00:{minute:02}:00Z", "deviceID": "urn:epc:id:giai:9506000.1"},
                "sensorReport": [
                    {"type": "Temperature", "value": draw.randrange(400) / 100, "uom": "CEL"},
                    {"type": "RelativeHumidity", "value": draw.randrange(1000) / 10, "uom": "P1"},
                ],
            }
            for minute in range(0, 60, 20)
        ],
    }
