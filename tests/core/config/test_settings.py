"""Settings: nonsense is refused with the variable's name; the secret key is made once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import FlaskGroup

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


@pytest.mark.parametrize("key", ["sk_test_1", "rk_test_1", "pk_test_1"])
def test_two_variables_are_enough_for_stripes_test_mode(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", key)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_1")
    settings = load_settings()
    assert not settings.uses_sandbox
    assert not settings.moves_real_money


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
def test_with_a_live_key_the_secret_key_is_set_by_hand(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", key)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_1")
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        load_settings()


def test_the_command_says_what_is_wrong_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    commands = FlaskGroup(create_app=lambda: Flask(load_settings().site_name))
    answer = CliRunner().invoke(commands, ["routes-of-nothing"])
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: PORT: ")
    assert len(answer.output.splitlines()) == 1


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
