"""The embedded PostgreSQL starts with the first connection, and not for commands that need none."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app import create_app
from core.config import load_settings
from core.db import db, read_value


def test_the_server_starts_with_the_first_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = create_app(
        load_settings(var_dir=tmp_path, site_url="http://localhost:8000", secret_key="only-for-tests-" * 4)
    )
    assert not (tmp_path / "postgresql").exists()
    with app.app_context():
        assert read_value(text("SELECT 1"), {}) == 1
        assert (tmp_path / "postgresql").exists()
        assert db.session.scalar(text("SELECT current_database()")) == "cho_nguon"
        db.session.remove()
        db.engine.dispose()
