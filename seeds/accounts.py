"""The demo accounts. Everybody knows their password, so they are only for sites where nothing is real."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select

from catalog.producers.models import Producer, ProducerMember
from core.accounts import RoleName, User
from core.accounts.usecases import create_user
from core.config import Settings
from core.db import db
from market.stalls.models import Market, MarketManager, Stall

DEMO_PASSWORD: Final = "cho-nguon-mau"
FARMER: Final = "nong-dan@example.vn"
OTHER_FARMER: Final = "nong-dan-2@example.vn"
INSPECTOR: Final = "kiem-tra@example.vn"
CITY_MARKET: Final = "cho-thanh-pho-ha-tinh"
_LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class DemoAccount:
    """Somebody to sign in as. `role` says in English who it is; the slugs and the number say what belongs to them."""

    role: str
    role_name: RoleName
    email: str
    phone: str
    display_name: str
    password: str = DEMO_PASSWORD
    producer_slug: str | None = None
    stall_number: str | None = None
    manages_market: bool = False


DEMO_ACCOUNTS: Final[Sequence[DemoAccount]] = (
    DemoAccount(
        role="farmer",
        role_name=RoleName.PRODUCER_MEMBER,
        email=FARMER,
        phone="+84912000001",
        display_name="Chị Hạnh trồng bưởi (mẫu)",
        producer_slug="hop-tac-xa-buoi-phuc-trach-huong-khe-mau",
    ),
    DemoAccount(
        role="another farmer",
        role_name=RoleName.PRODUCER_MEMBER,
        email=OTHER_FARMER,
        phone="+84912000002",
        display_name="Anh Đức trồng cam (mẫu)",
        producer_slug="ho-vuon-doi-khe-may-mau",
    ),
    DemoAccount(
        role="stall holder",
        role_name=RoleName.STALL_HOLDER,
        email="tieu-thuong@example.vn",
        phone="+84912000003",
        display_name="Cô Lan bán trái cây (mẫu)",
        stall_number="A01",
    ),
    DemoAccount(
        role="another stall holder",
        role_name=RoleName.STALL_HOLDER,
        email="tieu-thuong-2@example.vn",
        phone="+84912000004",
        display_name="Bác Tịnh bán rau (mẫu)",
        stall_number="A02",
    ),
    DemoAccount(
        role="market manager",
        role_name=RoleName.MARKET_MANAGER,
        email="quan-ly-cho@example.vn",
        phone="+84912000005",
        display_name="Quản lý chợ (mẫu)",
        manages_market=True,
    ),
    DemoAccount(
        role="province officer",
        role_name=RoleName.PROVINCE_OFFICER,
        email="can-bo@example.vn",
        phone="+84912000006",
        display_name="Cán bộ tỉnh (mẫu)",
    ),
    DemoAccount(
        role="inspector",
        role_name=RoleName.INSPECTOR,
        email=INSPECTOR,
        phone="+84912000009",
        display_name="Cô Thu kiểm tra VietGAP (mẫu)",
    ),
    DemoAccount(
        role="administrator",
        role_name=RoleName.ADMINISTRATOR,
        email="quan-tri@example.vn",
        phone="+84912000007",
        display_name="Quản trị (mẫu)",
    ),
    DemoAccount(
        role="regular customer",
        role_name=RoleName.CONSUMER,
        email="khach-quen@example.vn",
        phone="+84912000010",
        display_name="Khách quen (mẫu)",
    ),
    DemoAccount(
        role="consumer",
        role_name=RoleName.CONSUMER,
        email="khach@example.vn",
        phone="+84912000008",
        display_name="Khách mua (mẫu)",
    ),
)


def reason_against_accounts(settings: Settings) -> str | None:
    """Why a site with these settings should have no accounts whose password everybody knows; None when it may."""
    if settings.moves_real_money:
        return "a live Stripe key is set"
    address = urlsplit(settings.site_url)
    if address.scheme == "https" and address.hostname not in _LOCAL_HOSTS:
        return f"{settings.site_url} is a public address"
    return None


def missing_accounts() -> list[DemoAccount]:
    """The demo accounts that nobody has signed up with yet."""
    emails = [account.email for account in DEMO_ACCOUNTS]
    present = set(db.session.scalars(select(User.email).where(User.email.in_(emails))))
    return [account for account in DEMO_ACCOUNTS if account.email not in present]


def add_accounts(accounts: Sequence[DemoAccount]) -> None:
    """Make `accounts` and give them their producer, stall or market of the demo world."""
    for account in accounts:
        user = create_user(
            display_name=account.display_name,
            password=account.password,
            roles=[account.role_name],
            email=account.email,
            phone=account.phone,
        )
        _entrust(account, user)
    db.session.flush()


def _entrust(account: DemoAccount, user: User) -> None:
    session = db.session
    if account.producer_slug is not None:
        producer_id = session.scalars(select(Producer.id).where(Producer.slug == account.producer_slug)).one()
        session.add(ProducerMember(producer_id=producer_id, user_id=user.id))
    if account.stall_number is not None:
        stall = session.scalars(
            select(Stall).join(Market).where(Market.slug == CITY_MARKET, Stall.number == account.stall_number)
        ).one()
        stall.holder_id = user.id
    if account.manages_market:
        market_id = session.scalars(select(Market.id).where(Market.slug == CITY_MARKET)).one()
        session.add(MarketManager(market_id=market_id, user_id=user.id))
