"""Migrations are linear, equal to the models, and can be taken back."""

from collections.abc import Callable
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from app import create_app
from core.config import Settings
from core.db import db
from deploy.database import newest_migrations
from tests.factories import make_offer, make_product, make_variant
from tests.support.databases import TestDatabases
from tests.support.paying import place


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory("migrations")
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert all(len(revision.nextrev) <= 1 for revision in script.walk_revisions())


def test_the_starter_finds_the_newest_migration_without_alembic() -> None:
    assert newest_migrations(Path("migrations")) == set(ScriptDirectory("migrations").get_heads())


def test_migrations_equal_the_models_and_can_be_taken_back(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone()))
    with app.app_context():
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, db.metadata) == []
        downgrade(directory="migrations", revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        upgrade(directory="migrations")
        assert "orders" in inspect(db.engine).get_table_names()
        db.engine.dispose()


def test_grades_of_orders_stay_in_their_names_when_variants_are_taken_back(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone()))
    with app.app_context():
        product = make_product()
        place((make_offer(product, variant_id=make_variant(product).id), 1), (make_offer(product, unit="box"), 1))
        names = "SELECT product_name_vi, product_name_en FROM order_lines ORDER BY unit DESC"
        downgrade(directory="migrations", revision="0039")
        assert [tuple(row) for row in db.session.execute(text(names))] == [
            ("Bưởi Phúc Trạch – loại 1", "Phuc Trach pomelo – grade 1"),
            ("Bưởi Phúc Trạch", "Phuc Trach pomelo"),
        ]
        db.session.rollback()
        upgrade(directory="migrations")
        assert db.session.scalar(text("SELECT count(*) FROM order_lines WHERE variant_name_vi IS NULL")) == 2
        db.session.rollback()
        db.engine.dispose()
