"""Who plays in the story, and what they have made so far."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.story.broken import StoryBroken
from deploy.story.person import Person
from seeds.accounts import DEMO_ACCOUNTS, DemoAccount

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
GARDENS = (
    "Khe Mây",
    "Đồi Sim",
    "Bến Nước",
    "Cồn Vông",
    "Rú Lở",
    "Đập Trạng",
    "Nương Cao",
    "Bàu Sen",
    "Rào Nổ",
    "Truông",
)
# A card's stock is shown as a number from 20 down, so the farmer brings that many.
PIECES, BOXES, PIECES_IN_BOX = 20, 8, 6
PIECE_PRICE_VND, BOX_PRICE_VND = 35_000, 200_000
HARVESTED = 200


@dataclass
class Product:
    """What the farmer has put into the shop."""

    name_vi: str
    name_en: str
    garden: str
    id: uuid.UUID
    slug: str = ""
    gtin: str = ""
    commune: str = ""
    commune_code: str = ""
    producer: str = ""

    @property
    def path(self) -> str:
        return f"/products/{self.slug}"

    @property
    def form_path(self) -> str:
        return f"/farm/products/{self.id}"


@dataclass
class Lot:
    """What the farmer has harvested. `link` is what its QR code holds."""

    id: uuid.UUID
    number: str
    link: str
    path: str
    harvested_on: date
    plot_gln: str = ""

    @property
    def page(self) -> str:
        return f"/farm/lots/{self.id}"


@dataclass
class Season:
    """A plot's year: its product, the lots of its harvests, and what became of them."""

    product: Product
    plot: str
    plot_id: uuid.UUID
    lots: list[Lot] = field(default_factory=list)
    mixed: Lot = field(init=False)
    export: Lot = field(init=False)
    sscc: str = ""
    recall_path: str = ""
    recall_page: str = ""
    mock_path: str = ""
    dossier_path: str = ""
    buyer_email: str = ""


@dataclass
class Order:
    """What the buyer has ordered. `path` holds the secret of its page."""

    path: str
    number: str
    total_vnd: int
    payment_url: str
    parcel_path: str = ""
    sscc: str = ""


@dataclass
class Stall:
    """A stall, as its holder sees it. `pay_path` is where its placard leads."""

    id: uuid.UUID
    pay_path: str
    number: str
    holder: str

    @property
    def screen(self) -> str:
        return f"/stalls/{self.id}"


@dataclass(repr=False)
class Storyteller:
    """One playing of the story. Steps leave here what later steps need."""

    site_url: str
    folder: Path
    say: Callable[[str], None]
    word: str = field(default_factory=lambda: f"{secrets.choice(GARDENS)} {1000 + secrets.randbelow(9000)}")
    product: Product = field(init=False)
    lot: Lot = field(init=False)
    order: Order = field(init=False)
    stall: Stall = field(init=False)
    season: Season = field(init=False)
    sale_vnd: int = field(init=False)
    receipt_path: str = field(init=False)
    payout_path: str = field(init=False)
    weighed_order: str = field(init=False)
    hourly_order: str = field(init=False)
    fetched_order: str = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.farmer = self._person("farmer")
        self.other_farmer = self._person("another farmer")
        self.buyer = self._person("buyer")
        self.stall_holder = self._person("stall holder")
        self.other_stall_holder = self._person("another stall holder")
        self.manager = self._person("market manager")
        self.officer = self._person("province officer")
        self.administrator = self._person("administrator")
        self.passer_by = self._person("passer-by")
        self.buyer_email = f"nguoi-mua-{secrets.token_hex(4)}@example.vn"

    def _person(self, name: str) -> Person:
        return Person(self.site_url, name)

    def signed_in(self, role: str) -> Person:
        """Somebody with the demo account of this role, signed in."""
        person, account = self._person(role), self.account(role)
        person.sign_in(account.email, account.password)
        return person

    def stranger(self) -> Person:
        """Somebody who has never been here."""
        return self._person("stranger")

    @staticmethod
    def account(role: str) -> DemoAccount:
        """The demo account of somebody of the story."""
        return next(account for account in DEMO_ACCOUNTS if account.role == role)

    @property
    def today(self) -> date:
        return datetime.now(HERE).date()

    @property
    def yesterday(self) -> date:
        return self.today - timedelta(days=1)

    def write(self, name: str, content: bytes) -> None:
        """Keep a file of the story."""
        path = self.folder / name
        path.write_bytes(content)
        self.say(f"wrote {path} ({len(content):,} bytes)")


@dataclass(frozen=True)
class Step:
    """One step of the story."""

    title: str
    play: Callable[[Storyteller], None]

    @property
    def name(self) -> str:
        return self.play.__name__


def play(step: Step, story: Storyteller) -> None:
    """Play one step. Raises `StoryBroken` that begins with the step's title."""
    try:
        step.play(story)
    except StoryBroken as broken:
        raise StoryBroken(f"{step.title}: {broken}") from broken


def dong(amount: int) -> str:
    """An amount as the demo prints it."""
    return f"{amount:,}".replace(",", ".") + " ₫"


def id_in(path: str) -> uuid.UUID:
    """The id at the end of an address. Raises `StoryBroken`."""
    try:
        return uuid.UUID(path.rstrip("/").rpartition("/")[2])
    except ValueError:
        raise StoryBroken(f"expected an address that ends with an id, got {path}") from None
