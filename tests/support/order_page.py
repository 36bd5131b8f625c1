"""What a buyer reads on the page of an order."""

import re

from flask.testing import FlaskClient

from core.db import db
from market.orders.models import Order

ROW = re.compile(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>")
STEP = re.compile(r'aria-current="step">.*?<span class="step-label">([^<]+)<', re.DOTALL)


def open_order(client: FlaskClient, order: Order) -> str:
    """The page in English, as it is in the database now."""
    db.session.commit()
    db.session.expire_all()
    return client.get(f"/orders/{order.token}?lang=en").text


def totals_of(page: str) -> list[tuple[str, str]]:
    """The rows of the total, from the goods to the sum."""
    return ROW.findall(page[page.index('<dl class="totals">') :].partition("</dl>")[0])


def step_of(page: str) -> str:
    """The step that is under way; nothing when all are done."""
    found = STEP.search(page)
    return found[1] if found else ""
