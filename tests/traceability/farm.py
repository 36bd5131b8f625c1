"""A farm for tests of traceability: an account, its producer, a product and a plot, with their use cases at hand."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask.testing import FlaskClient

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.accounts import Actor, RoleName, User
from core.db import utc_now
from core.i18n import local_today
from tests.factories import make_plot, make_producer, make_product, make_user, sign_in
from traceability.diary.models import Plot
from traceability.gs1.check_digits import check_digit
from traceability.lots.models import Lot
from traceability.lots.units import UNIT_GRAMS
from traceability.lots.usecases import PlotShare, create_lot

PARTY_GLN = "952100000001" + check_digit("952100000001")


def actor_of(user: User) -> Actor:
    """The actor that a signed-in `user` is."""
    return Actor(user.id, frozenset(RoleName(role.name) for role in user.roles), user.display_name)


def days_ago(days: int) -> date:
    """So many days before today in Vietnam."""
    return local_today(utc_now()) - timedelta(days=days)


def gln(number: int) -> str:
    """A GLN below the demonstration prefix, with its check digit."""
    body = f"9521{number:08d}"
    return body + check_digit(body)


@dataclass
class Farm:
    """One producer with a member, a product and a plot."""

    user: User
    producer: Producer
    product: Product
    plot: Plot

    @property
    def actor(self) -> Actor:
        """The member as an actor."""
        return actor_of(self.user)

    def harvest(self, quantity: int = 500, **values: object) -> Lot:
        """A lot made by the use case, harvested three days ago."""
        given = {
            "harvested_on": days_ago(3),
            "unit": "piece",
            "quantity": quantity,
            "plots": [PlotShare(self.plot.id)],
            **values,
        }
        if given["unit"] not in UNIT_GRAMS and "weight_grams" not in given:
            given.setdefault("unit_weight_grams", 1200)
        return create_lot(actor=self.actor, product_id=self.product.id, **given)

    def signed_in(self, client: FlaskClient) -> FlaskClient:
        """`client`, signed in as the member."""
        sign_in(client, self.user)
        return client


_numbers = iter(range(700_000, 900_000))


def make_farm(**product_values: object) -> Farm:
    """A farm with valid numbers."""
    user = make_user(RoleName.PRODUCER_MEMBER)
    producer = make_producer(member=user, gln=gln(next(_numbers)))
    return Farm(user, producer, make_product(producer, **product_values), make_plot(producer, gln=gln(next(_numbers))))
