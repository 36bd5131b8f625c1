"""Buyers who do what people do when a page does not come: they try again."""

import random
import re
import threading
import time
from dataclasses import dataclass, field

import requests

from tests.market.payments.sandbox.running import VISA
from tests.support.paying import CARD, DECLINED

FORM = {
    "name": "Nguyễn Thị Mẫu",
    "phone": "0912345678",
    "province": "42",
    "commune": "18547",
    "address": "Thôn 3",
    "email": "mau@example.com",
}
PATIENCE_SECONDS = 60


@dataclass
class Diary:
    """What buyers saw: how many hosted pages said that they were paid, and how many purchases were begun."""

    paid: int = 0
    begun: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Buyer:
    """One buyer after the other in one thread, each with a browser and a basket of their own."""

    def __init__(self, *, site: str, sandbox: str, offers: list[str], diary: Diary, seed: int) -> None:
        self.site, self.sandbox, self.offers, self.diary = site, sandbox, offers, diary
        self.chance = random.Random(seed)

    def buy_until(self, calm: threading.Event) -> None:
        """Buy one thing after the other until the site has stopped dying."""
        while not calm.is_set():
            self.buy()

    def buy(self) -> None:
        """One purchase: most people pay, some go away, some try a card that is refused first."""
        self.browser = requests.Session()
        with self.diary.lock:
            self.diary.begun += 1
        page = self._to_payment_page()
        mood = self.chance.random()
        if page is None or mood < 0.15:
            return
        if mood < 0.3:
            self._pay(page, DECLINED)
        answer = self._pay(page, VISA)
        if answer.status_code == 303:
            with self.diary.lock:
                self.diary.paid += 1
            if self.chance.random() < 0.5:  # the others close the page: the webhook must do
                self._ask("GET", answer.headers["Location"])

    def _to_payment_page(self) -> str | None:
        """The address of the hosted page; None when the goods are gone."""
        self._ask("POST", "/basket/lines", {"offer": self.chance.choice(self.offers), "quantity": "1"})
        while True:
            shown = re.search(r'name="shown_goods_vnd"[^>]*value="(\d+)"', self._ask("GET", "/checkout").text)
            if shown is None:
                return None
            answer = self._ask("POST", "/checkout", FORM | {"shown_goods_vnd": shown[1]})
            target = answer.headers.get("Location", "")
            if answer.status_code == 303 and "/orders/" in target:  # the payment page did not answer
                answer = self._ask("POST", f"{target}/pay")
                target = answer.headers.get("Location", "")
            if "/c/pay/" in target:
                return target
            if answer.status_code != 409:
                return None

    def _pay(self, page: str, card: str) -> requests.Response:
        address = f"{self.sandbox}/c/pay/{page.rsplit('/', 1)[-1]}"
        return requests.post(address, {"card_number": card} | CARD, allow_redirects=False, timeout=20)

    def _ask(self, method: str, address: str, data: dict[str, str] | None = None) -> requests.Response:
        """Send a request, again and again while the site is away."""
        url = self.site + re.sub(r"^https?://[^/]+", "", address)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self.browser.request(method, url, data=data, allow_redirects=False, timeout=20)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
            else:
                assert answer.status_code < 500 or answer.status_code == 503, answer.status_code
                return answer
