"""Demo accounts: who gets them and who must ask."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import select

from core.accounts import User
from core.config import Settings
from core.db import db
from seeds.accounts import DEMO_ACCOUNTS, reason_against_accounts
from tests.seeds.conftest import run_seed
from tests.seeds.fingerprints import counts

DATABASE = "postgresql://localhost/nothing"


def test_every_account_has_its_role_and_password(seeded: Flask) -> None:
    for account in DEMO_ACCOUNTS:
        user = db.session.scalars(select(User).where(User.email == account.email)).one()
        assert [role.name for role in user.roles] == [account.role_name]
        assert user.phone == account.phone
        assert user.password is not None
        assert verify_password(account.password, user.password)
        assert user.display_name.endswith("(mẫu)")


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({"site_url": "http://localhost:8000"}, False),
        ({"site_url": "https://localhost:8443"}, False),
        ({"site_url": "https://cho.example.vn"}, True),
        ({"stripe_api_key": "sk_live_1", "stripe_webhook_secret": "whsec_1"}, True),
        ({"stripe_api_key": "rk_live_1", "stripe_webhook_secret": "whsec_1"}, True),
        ({"stripe_api_key": "sk_test_1", "stripe_webhook_secret": "whsec_1"}, False),
    ],
)
def test_a_site_for_real_people_gets_none(
    make_settings: Callable[..., Settings], settings: dict[str, object], refused: bool
) -> None:
    assert (reason_against_accounts(make_settings(DATABASE, **settings)) is not None) is refused


def test_a_public_site_gets_them_only_when_asked(make_site: Callable[..., Flask]) -> None:
    site = make_site(site_url="https://cho.example.vn")
    result = run_seed(site)
    assert "No demo accounts, because https://cho.example.vn is a public address" in result.output
    with site.app_context():
        assert counts("users", "products") == {"users": 0, "products": 80}
        db.session.rollback()
    run_seed(site, "--demo-accounts")
    with site.app_context():
        assert counts("users", "market_managers") == {"users": len(DEMO_ACCOUNTS), "market_managers": 1}
