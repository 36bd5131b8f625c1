"""The sandbox is killed without warning while buyers pay, and its books are whole afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from core.config import load_settings
from market.payments.configuration import payment_configuration
from market.payments.sandbox.server import ROOT

from .running import VISA, Sandbox, Shop, make_client, session_parameters


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


SECRET_KEY = "only-for-this-crash-" * 2


@pytest.fixture
def process(empty_database: str, shop: Shop) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The sandbox as a process of its own, and its address."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": empty_database,
        "SECRET_KEY": SECRET_KEY,
        "PORT": shop.url.rsplit(":", 1)[1],
        "SANDBOX_PORT": str(port),
    }
    factory = "market.payments.sandbox.server:create_from_environment"
    command = [sys.executable, "-m", "flask", "--app", factory, "run", "--port", str(port)]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(requests.ConnectionError):
            if requests.get(f"{url}/healthz", timeout=5).ok:
                break
        time.sleep(0.05)
    yield running, url
    running.kill()
    running.wait()


def test_a_kill_leaves_every_payment_whole_and_its_news_to_come(
    process: tuple[subprocess.Popen[bytes], str], start_sandbox: Callable[..., Sandbox], shop: Shop
) -> None:
    running, url = process
    key = payment_configuration(load_settings(secret_key=SECRET_KEY)).api_key
    client = make_client(url, key)
    form = {"card_number": VISA, "card_expiry": "12/40", "card_cvc": "123", "card_name": "MAU"}
    sessions = [client.v1.checkout.sessions.create(session_parameters()).id for _ in range(40)]

    def pay(position: int) -> None:
        if position == 15:
            running.kill()
        with suppress(requests.RequestException):
            requests.post(f"{url}/c/pay/{sessions[position]}", form, allow_redirects=False, timeout=10)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(pay, range(40)))
    running.wait()

    after = start_sandbox()
    after.clock.ahead = 10
    after.deliver()
    paid = 0
    for session_id in sessions:
        session = after.client.v1.checkout.sessions.retrieve(session_id, {"expand": ["payment_intent.latest_charge"]})
        if session.payment_status == "paid":
            paid += 1
            assert session.payment_intent.amount_received == session.payment_intent.latest_charge.amount == 120_000
        else:
            assert (session.status, session.payment_intent) == ("open", None)
    assert 0 < paid < 40
    told = {event.data.object.id for event in shop.received if event.type == "checkout.session.completed"}
    assert len(told) == paid
    assert len(after.client.v1.charges.list({"limit": 100}).data) == paid
