"""The documents made from the code are up to date."""

from pathlib import Path

import pytest
from flask import Flask

from core.web.documents import generated_documents
from seeds.accounts import DEMO_ACCOUNTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["docs/configuration.md", "docs/openapi.json"])
def test_the_committed_document_is_what_the_code_makes(app: Flask, name: str) -> None:
    with app.app_context():
        assert (ROOT / name).read_text() == generated_documents()[name], "run `make documents` and commit the change"


def test_the_readme_names_every_demo_account() -> None:
    readme = (ROOT / "README.md").read_text()
    for account in DEMO_ACCOUNTS:
        assert f"`{account.email}`" in readme
        assert f"`{account.phone.replace('+84', '0')}`" in readme
        assert f"`{account.password}`" in readme
