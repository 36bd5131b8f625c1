"""Settings: nonsense is refused with the variable's name; the secret key is made once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.config import ConfigurationError, load_settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("SITE_URL", "cho-nguon.vn"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("ELASTICSEARCH_URL", "localhost:9200"),
        ("CELERY_BROKER_URL", "amqp://localhost"),
        ("SECRET_KEY", "short"),
        ("GS1_COMPANY_PREFIX", "12"),
        ("PLATFORM_FEE_BASIS_POINTS", "-1"),
        ("LOG_FORMAT", "xml"),
        ("STRIPE_API_KEY", "sk_test_without_webhook_secret"),
    ],
)
def test_nonsense_is_refused_with_the_variable_s_name(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as refusal:
        load_settings()
    assert variable in str(refusal.value)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert load_settings().database_url is None


def test_the_profile_follows_from_the_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user@db/x")
    settings = load_settings(site_url="https://cho.example/")
    assert settings.database_url == "postgresql+psycopg://user@db/x"
    assert settings.site_url == "https://cho.example"
    assert settings.uses_sandbox


def test_the_secret_key_is_made_once_by_whoever_comes_first(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_settings(var_dir=tmp_path).require_secret_key(), range(32)))
    assert len(keys) == 1
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_derived_secrets_differ_by_purpose() -> None:
    settings = load_settings(secret_key="k" * 32)
    assert settings.derived_secret("a") != settings.derived_secret("b")
    assert settings.derived_secret("a") == load_settings(secret_key="k" * 32).derived_secret("a")
