"""The migration of the diary carries the one code that a plot could have had, both ways."""

from collections.abc import Callable

from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import create_app
from core.config import Settings
from core.db import db
from tests.support.databases import TestDatabases

_PLOT = """
    INSERT INTO provinces (code, name) VALUES ('99', 'Tỉnh mẫu') ON CONFLICT DO NOTHING;
    INSERT INTO communes (code, name, province_code) VALUES ('99999', 'Xã mẫu', '99') ON CONFLICT DO NOTHING;
    INSERT INTO producers (id, slug, name, kind, gln, commune_code, address, is_sample, created_at)
    VALUES (gen_random_uuid(), 'mau', 'Mẫu (mẫu)', 'household', '9521000000001', '99999', 'Thôn 1', true, now());
    INSERT INTO plots (id, producer_id, gln, name, commune_code, area_m2, planting_area_code, created_at)
    SELECT gen_random_uuid(), id, '952100000000' || number, 'Vườn ' || number, '99999', 1000, code, now()
    FROM producers, (VALUES (2, 'VN-42-0001'), (3, NULL)) AS plot (number, code)
"""


def test_codes_are_carried_over_and_back(databases: TestDatabases, make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(databases.clone()))
    with app.app_context():
        before = ScriptDirectory("migrations").get_revision("0008").down_revision
        downgrade(directory="migrations", revision=before)
        with db.engine.begin() as connection:
            for statement in _PLOT.split(";"):
                connection.execute(text(statement))
        upgrade(directory="migrations")
        codes = "SELECT plots.name, code, status, market FROM planting_area_codes JOIN plots ON plots.id = plot_id"
        with db.engine.begin() as connection:
            assert connection.execute(text(codes)).all() == [("Vườn 2", "VN-42-0001", "active", None)]
        downgrade(directory="migrations", revision=before)
        with db.engine.begin() as connection:
            kept = connection.execute(text("SELECT name, planting_area_code FROM plots ORDER BY name")).all()
            assert kept == [("Vườn 2", "VN-42-0001"), ("Vườn 3", None)]
        db.engine.dispose()
