"""A farm with everything that a shipment to China needs, for tests of dossiers."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.accounts import RoleName
from core.db import db
from tests.factories import make_user
from tests.factories.traceability import make_entry, make_plant_protection_list, make_receipt, make_spray
from tests.traceability.attestations.papers import pdf
from tests.traceability.attestations.test_laboratory import enter as enter_result
from tests.traceability.attestations.test_packing_houses import code_of, house_of
from tests.traceability.attestations.world import certificate_values
from tests.traceability.farm import Farm, actor_of, days_ago, make_farm
from traceability.attestations.certificates.usecases import enter_certificate, verify_certificate
from traceability.attestations.files.usecases import Upload
from traceability.attestations.laboratory.rules import Measured
from traceability.attestations.laboratory.usecases import GivenAnalyte
from traceability.attestations.packing_houses.models import PackingHouse
from traceability.diary.models import PlantingAreaCode
from traceability.dossiers.models import Dossier
from traceability.dossiers.residues.rules import read_rule_set
from traceability.dossiers.residues.usecases import import_residue_rules
from traceability.dossiers.usecases import DossierValues, add_line, start_dossier
from traceability.lots.models import Lot

HARVESTED = days_ago(3)


def rules_text(**values: object) -> str:
    """A file of residue rules for China and the European Union."""
    import json

    content = {
        "version": "t-1",
        "source": "made for tests",
        "in_force_from": "2020-01-01",
        "default_limits": {"CN": None, "EU": 0.01},
        "rules": [
            {"market": "CN", "ingredient": "Abamectin", "limit_mg_per_kg": 0.02},
            {"market": "EU", "ingredient": "abamectin", "limit_mg_per_kg": 0.01, "extra_interval_days": 7},
            {"market": "CN", "ingredient": "carbendazim", "is_banned": True},
        ],
    }
    return json.dumps({**content, **values})


@dataclass
class Exporter:
    """A farm that exports, its lot and its packing house."""

    farm: Farm
    lot: Lot
    house: PackingHouse

    def dossier(self, **values: object) -> Dossier:
        """A dossier that was begun."""
        given = {
            "buyer": "Nanning Fruit Trading Co. (sample)",
            "market": "CN",
            "shipped_on": days_ago(0),
            "locale": "en",
            "packing_house_id": self.house.id,
            **values,
        }
        return start_dossier(
            actor=self.farm.actor,
            producer_id=self.farm.producer.id,
            values=DossierValues(**given),
        )

    def complete(self, **values: object) -> Dossier:
        """A dossier with the lot on its packing list, and nothing missing."""
        dossier = self.dossier(**values)
        add_line(actor=self.farm.actor, dossier_id=dossier.id, lot_id=self.lot.id, weight_grams=1_234_500)
        return dossier

    def spray(self, *ingredients: str, days_before: int = 20, interval_days: int = 14) -> None:
        """A spray so many days before the harvest."""
        version = make_plant_protection_list(**{code: {"citrus": interval_days} for code in ingredients})
        receipt = make_receipt(self.farm.producer, *ingredients, version=version)
        make_spray(
            self.farm.plot, receipt, done_on=HARVESTED - timedelta(days=days_before), interval_days=interval_days
        )


def area_code(farm: Farm, **values: object) -> PlantingAreaCode:
    """A planting-area code of the farm's plot for China."""
    given = {
        "plot_id": farm.plot.id,
        "code": "VN-HTOR-0012",
        "issuer": "Cục Trồng trọt và Bảo vệ thực vật",
        "market": "CN",
        "valid_from": date(2024, 1, 1),
        "valid_until": None,
    }
    code = PlantingAreaCode(**(given | values))
    db.session.add(code)
    db.session.flush()
    return code


def make_exporter(*, with_code: bool = True) -> Exporter:
    """An exporter whose shipment to China lacks nothing."""
    farm = make_farm()
    lot = farm.harvest(lot_number="PT-2026-1")
    if with_code:
        area_code(farm)
    house = house_of(farm)
    code_of(farm, house)
    make_entry(farm.plot, activity="pruning", done_on=HARVESTED - timedelta(days=40))
    certificate = enter_certificate(
        actor=farm.actor,
        producer_id=farm.producer.id,
        values=certificate_values(farm),
        scan=Upload("chung-nhan.pdf", pdf("certificate")),
    )
    verify_certificate(actor=actor_of(make_user(RoleName.INSPECTOR)), certificate_id=certificate.id)
    enter_result(farm, lot, GivenAnalyte("Abamectin", Measured(Decimal("0.004")), "mg/kg", Decimal("0.01")))
    import_residue_rules(read_rule_set(rules_text()))
    db.session.flush()
    return Exporter(farm, lot, house)
