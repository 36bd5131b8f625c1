"""Every setting of the site, with its type, default and meaning.

The environment alone chooses the profile: without any variable the embedded one runs, every part from PyPI, state in
`var/`. `docs/configuration.md` is made from this file, so the descriptions here are what an operator reads.
"""

import contextlib
import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import click
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


LIVE_STRIPE_KEYS = ("sk_live_", "rk_live_")
"""How keys begin with which real money moves."""


class ConfigurationError(click.ClickException):
    """A setting is missing or makes no sense; the message names its environment variable.

    The `flask` command says it in a line of its own instead of a traceback.
    """


class Settings(BaseSettings):
    """The settings of one process; immutable once read."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    site_name: str = Field("Chợ Nguồn", min_length=1, max_length=60, description="Name of the site, shown everywhere.")
    site_url: str = Field(
        "http://localhost:8000",
        description="Address that people and QR codes use, without a trailing slash. Printed codes contain it.",
    )
    host: str = Field("127.0.0.1", description="Address the web process listens on.")
    port: Port = Field(8000, description="Port the web process listens on.")
    sandbox_port: Port | None = Field(None, description="Port of the payment sandbox; the web port + 1 when empty.")
    var_dir: Path = Field(Path("var"), description="Folder for everything the embedded profile stores.")
    secret_key: str | None = Field(
        None,
        min_length=32,
        description="Signs cookies and links. The embedded profile makes one and keeps it in `var/`.",
    )
    trusted_proxies: int = Field(0, ge=0, le=5, description="How many reverse proxies in front set X-Forwarded-*.")
    log_format: Literal["console", "json"] = Field("console", description="Log lines for people or for machines.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe level to log.")

    database_url: str | None = Field(
        None, description="PostgreSQL 15 or newer. When empty, an embedded PostgreSQL runs in `var/`."
    )
    elasticsearch_url: str | None = Field(None, description="Elasticsearch 9. When empty, tantivy in `var/` is used.")
    elasticsearch_index: str = Field(
        "products", pattern=r"^[a-z][a-z0-9_-]{0,60}$", description="Alias of the search index in Elasticsearch."
    )
    celery_broker_url: str | None = Field(
        None, description="Redis for background work. When empty, files in `var/` carry the messages."
    )
    rate_limit_storage_url: str = Field(
        "memory://", description="Where request rates are counted; use Redis with more than one web process."
    )
    rate_limits_enabled: bool = Field(True, description="Whether request rates are limited.")

    stripe_api_key: str | None = Field(
        None, description="Stripe's secret key, live or test. When empty, the payment sandbox on loopback is used."
    )
    stripe_webhook_secret: str | None = Field(None, description="Signing secret of Stripe's webhook endpoint.")
    platform_fee_basis_points: int = Field(
        300, ge=0, le=5000, description="The site's commission on goods, in hundredths of a percent."
    )

    s3_bucket: str | None = Field(None, description="Bucket for photos. When empty, a folder in `var/` is used.")
    s3_endpoint_url: str | None = Field(None, description="Address of an S3-compatible service other than AWS.")
    s3_region: str = Field("ap-southeast-1", description="Region of the bucket.")
    s3_public_url: str | None = Field(None, description="Public address of the bucket; media is proxied when empty.")
    s3_private_bucket: str | None = Field(
        None,
        description="Bucket for certificates, reports and evidence; nobody else may read it. "
        "When empty, a folder in `var/` is used.",
    )
    photo_limit_bytes: int = Field(8_000_000, ge=100_000, description="Largest photo that a form accepts.")

    smtp_host: str | None = Field(None, description="Mail server. When empty, mails are files one can open in `var/`.")
    smtp_port: Port = Field(587, description="Port of the mail server.")
    smtp_username: str | None = Field(None, description="User name at the mail server.")
    smtp_password: str | None = Field(None, description="Password at the mail server.")
    smtp_starttls: bool = Field(True, description="Whether to switch to TLS by STARTTLS.")
    mail_sender: str = Field("cho-nguon@example.vn", description="Sender of the site's mails.")

    gs1_company_prefix: str = Field(
        "9521",
        pattern=r"^\d{4,12}$",
        description="GS1 company prefix for numbers the site issues. 952 is GS1's own range for demonstrations.",
    )
    dossier_signing_key: str | None = Field(
        None,
        description="Private key (PEM) that signs export dossiers. "
        "The embedded profile makes one with its certificate and keeps both in `var/`.",
    )
    dossier_signing_certificate: str | None = Field(
        None, description="Certificate (PEM) of the key that signs export dossiers; those that issued it may follow."
    )
    live_streams_limit: int = Field(
        24, ge=1, le=1000, description="Live stall screens one web process serves; others refresh themselves."
    )

    @field_validator("site_url", "elasticsearch_url", "s3_endpoint_url", "s3_public_url")
    @classmethod
    def _http_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address that starts with http:// or https://")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _postgresql_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not separator:
            raise ValueError("must start with postgresql://; no other database is supported")
        return f"postgresql+psycopg://{rest}"

    @field_validator("celery_broker_url")
    @classmethod
    def _redis_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "filesystem://")):
            raise ValueError("must start with redis:// or rediss://")
        return value

    @model_validator(mode="after")
    def _stripe_is_complete(self) -> "Settings":
        if self.stripe_api_key is not None and self.stripe_webhook_secret is None:
            raise ValueError("STRIPE_WEBHOOK_SECRET must be set when STRIPE_API_KEY is")
        if self.moves_real_money and self.secret_key is None:
            raise ValueError("SECRET_KEY must be set when STRIPE_API_KEY is a live key")
        return self

    @model_validator(mode="after")
    def _signing_is_complete(self) -> "Settings":
        if (self.dossier_signing_key is None) != (self.dossier_signing_certificate is None):
            raise ValueError("DOSSIER_SIGNING_KEY and DOSSIER_SIGNING_CERTIFICATE belong together")
        return self

    @property
    def moves_real_money(self) -> bool:
        """Whether payments go to Stripe with a live key."""
        return (self.stripe_api_key or "").startswith(LIVE_STRIPE_KEYS)

    @property
    def uses_sandbox(self) -> bool:
        """Whether payments go to the sandbox on loopback instead of Stripe."""
        return self.stripe_api_key is None

    @property
    def sandbox_url(self) -> str:
        """Address of the payment sandbox, as the web process and the buyer's browser on this machine reach it."""
        return f"http://{urlsplit(self.site_url).hostname}:{self.effective_sandbox_port}"

    @property
    def sandbox_api_url(self) -> str:
        """Address of the sandbox's API, always loopback."""
        return f"http://127.0.0.1:{self.effective_sandbox_port}"

    @property
    def effective_sandbox_port(self) -> int:
        """The sandbox's port: as set, or the one after the web port."""
        return self.sandbox_port or self.port + 1

    @property
    def mail_folder(self) -> Path:
        """Where the embedded profile leaves mails as files."""
        return self.var_dir / "mail"

    def derived_secret(self, purpose: str) -> str:
        """A secret of its own for `purpose`, 64 hexadecimal characters, equal in every process of the site."""
        return hmac.new(self.require_secret_key().encode(), purpose.encode(), hashlib.sha256).hexdigest()

    def require_secret_key(self) -> str:
        """The secret key: as set, or made once and kept in `var/` with access for its owner only."""
        if self.secret_key is not None:
            return self.secret_key
        path = self.var_dir / "secret_key"
        if not path.exists():
            self.var_dir.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"secret_key.{secrets.token_hex(4)}")
            fresh.write_text(secrets.token_hex(32))
            fresh.chmod(0o600)
            with contextlib.suppress(FileExistsError):
                # A hard link is refused where another process was first, so all processes agree on one key.
                path.hardlink_to(fresh)
            fresh.unlink()
        return path.read_text().strip()


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` win over it (tests).

    Raises ConfigurationError, one line a fault, each with the variable's name.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            variable = str(fault["loc"][0]).upper() if fault["loc"] else ""
            message = fault["msg"].removeprefix("Value error, ")
            lines.append(f"{variable}: {message}" if variable else message)
        raise ConfigurationError("\n".join(lines)) from None
