"""The gate before a harvest: in lots and in the diary, with officers' overrides, and against two people at once."""

import pytest

from core.accounts import ANONYMOUS, RoleName
from core.db import new_id
from core.errors import Invalid, NotFound
from tests.factories import make_plant_protection_list, make_plot, make_spray, make_user
from tests.traceability.diary.growing import INTERVAL, Garden, make_garden
from tests.traceability.farm import actor_of, days_ago
from traceability.corrections.usecases import correct_harvest
from traceability.diary.entries import correct_entry, facts_of, withdraw_entry
from traceability.diary.entry_queries import harvest_overrides_of
from traceability.diary.errors import ConfirmationNeeded, HarvestBeforePlanting, HarvestTooEarly
from traceability.diary.harvest_gate import check_harvest_allowed
from traceability.diary.models import HarvestOverride
from traceability.diary.overrides import grant_harvest_override
from traceability.diary.rules import EntryFacts
from traceability.diary.store_models import AmountUnit
from traceability.journal.identifiers import lot_identifier
from traceability.journal.queries import events_of


@pytest.mark.usefixtures("session")
class TestTheGate:
    def test_a_lot_inside_the_interval_is_refused_with_the_first_day_and_the_spray(self) -> None:
        garden = make_garden()
        spray = garden.sprayed(days=8)
        with pytest.raises(HarvestTooEarly) as refusal:
            garden.farm.harvest(harvested_on=days_ago(2))
        assert refusal.value.allowed_from == days_ago(1) and refusal.value.entry_id == spray.id
        assert f"{days_ago(1):%d/%m/%Y}" in str(refusal.value) and garden.spray.trade_name in str(refusal.value)
        assert refusal.value.field == "harvested_on"
        assert garden.farm.harvest(harvested_on=days_ago(1))

    def test_a_harvest_in_the_diary_passes_the_same_gate(self) -> None:
        garden = make_garden()
        garden.sprayed(days=8)
        with pytest.raises(HarvestTooEarly):
            garden.harvested(days=2)
        assert garden.harvested(days=1)

    def test_a_lot_cannot_be_corrected_into_the_interval(self) -> None:
        garden = make_garden()
        garden.sprayed(days=8)
        lot = garden.farm.harvest(harvested_on=days_ago(1))
        event = events_of(lot_identifier(lot.product.gtin, lot.lot_number))[0]
        given = {"actor": garden.farm.actor, "lot_id": lot.id, "event_id": event.event_id, "quantity": 450}
        with pytest.raises(HarvestTooEarly):
            correct_harvest(**given, harvested_on=days_ago(2))
        assert correct_harvest(**given, harvested_on=days_ago(1))

    def test_the_spray_that_closes_longest_is_named(self) -> None:
        garden = make_garden()
        garden.sprayed(days=10)
        longest = make_spray(garden.farm.plot, garden.spray, done_on=days_ago(20), interval_days=60)
        with pytest.raises(HarvestTooEarly) as refusal:
            garden.harvested(days=5)
        assert refusal.value.entry_id == longest.id

    def test_what_was_picked_before_the_spray_is_no_concern_of_it(self) -> None:
        garden = make_garden()
        garden.sprayed(days=5)
        assert garden.harvested(days=6)

    def test_other_plots_are_not_closed_but_all_plots_of_a_harvest_are_asked(self) -> None:
        garden = make_garden()
        garden.sprayed(days=5)
        other = make_plot(garden.farm.producer)
        check_harvest_allowed([other.id], on=days_ago(2))
        with pytest.raises(HarvestTooEarly) as refusal:
            check_harvest_allowed([other.id, garden.farm.plot.id], on=days_ago(2))
        assert refusal.value.plot_id == garden.farm.plot.id
        with pytest.raises(NotFound):
            check_harvest_allowed([other.id, new_id()], on=days_ago(2))

    def test_nothing_is_harvested_before_it_was_planted(self) -> None:
        garden = make_garden()
        garden.farm.plot.planting_year = days_ago(0).year
        with pytest.raises(HarvestBeforePlanting):
            garden.farm.harvest(harvested_on=days_ago(400))

    def test_a_corrected_spray_closes_the_plot_and_the_old_one_does_not(self) -> None:
        garden = make_garden()
        spray = garden.sprayed(days=8)
        facts = facts_of(spray)
        moved = EntryFacts(facts.activity, days_ago(3), inputs=facts.inputs)
        correct_entry(actor=garden.farm.actor, entry_id=spray.id, facts=moved, reason="Ghi nhầm ngày")
        with pytest.raises(HarvestTooEarly) as refusal:
            garden.harvested(days=1)
        assert refusal.value.allowed_from == days_ago(3 - INTERVAL)

    def test_a_withdrawn_spray_opens_the_plot(self) -> None:
        garden = make_garden()
        withdraw_entry(actor=garden.farm.actor, entry_id=garden.sprayed(days=3).id, reason="Không phun")
        assert garden.harvested(days=1)

    def test_a_newer_list_changes_nothing_about_what_was_sprayed(self) -> None:
        garden = make_garden()
        garden.sprayed(days=5)
        make_plant_protection_list(days_ago(30), abamectin={"citrus": 0})
        with pytest.raises(HarvestTooEarly):
            garden.harvested(days=1)

    def test_a_spray_that_comes_to_light_after_the_harvest_has_to_be_confirmed(self) -> None:
        garden = make_garden()
        harvest = garden.harvested(days=3)
        with pytest.raises(ConfirmationNeeded) as question:
            garden.sprayed(days=5)
        assert [doubt.code for doubt in question.value.doubts] == ["harvested"]
        assert garden.sprayed(days=5, confirmed=["harvested"])
        # The amount of that harvest can still be put right; a new harvest cannot be written down.
        more = EntryFacts("harvesting", harvest.done_on, amount=250_000, unit=AmountUnit.GRAM)
        corrected = correct_entry(actor=garden.farm.actor, entry_id=harvest.id, facts=more, reason="Cân lại")
        moved = EntryFacts("harvesting", days_ago(2), amount=250_000, unit=AmountUnit.GRAM)
        with pytest.raises(HarvestTooEarly):
            correct_entry(actor=garden.farm.actor, entry_id=corrected.id, facts=moved, reason="Nhầm ngày")


@pytest.mark.usefixtures("session")
class TestOverrides:
    def grant(self, garden: Garden, **values: object) -> HarvestOverride:
        officer = make_user(RoleName.PROVINCE_OFFICER, display_name="Cán bộ mẫu Lê Thị Hoa")
        given = {
            "actor": actor_of(officer),
            "plot_id": garden.farm.plot.id,
            "valid_from": days_ago(1),
            "valid_until": days_ago(0),
            "reason": "Bão sắp vào, thu sớm, đã lấy mẫu kiểm nghiệm.",
            "signed_name": "cán bộ mẫu lê thị hoa",
            **values,
        }
        return grant_harvest_override(**given)

    def test_an_officer_permits_a_harvest_on_stated_days_and_everybody_can_read_it(self) -> None:
        garden = make_garden()
        garden.sprayed(days=3)
        override = self.grant(garden)
        assert garden.harvested(days=1)
        with pytest.raises(HarvestTooEarly):
            garden.harvested(days=2)
        assert harvest_overrides_of(garden.farm.plot.id, days_ago(1)) == [override]
        assert harvest_overrides_of(garden.farm.plot.id, days_ago(2)) == []

    def test_it_excuses_only_the_sprays_that_were_known(self) -> None:
        garden = make_garden()
        spray = garden.sprayed(days=3)
        self.grant(garden)
        facts = facts_of(spray)
        correct_entry(actor=garden.farm.actor, entry_id=spray.id, facts=facts, reason="Ghi thêm sâu bệnh")
        with pytest.raises(HarvestTooEarly):
            garden.harvested(days=1)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"valid_until": days_ago(2)}, "valid_until"),
            ({"valid_until": days_ago(-20)}, "valid_until"),
            ({"valid_from": days_ago(90), "valid_until": days_ago(89)}, "valid_from"),
            ({"valid_from": days_ago(-8), "valid_until": days_ago(-9)}, "valid_from"),
            ({"reason": "Cần   "}, "reason"),
            ({"signed_name": "Người khác"}, "signed_name"),
        ],
    )
    def test_nonsense_is_refused_and_named(self, values: dict[str, object], field: str) -> None:
        garden = make_garden()
        garden.sprayed(days=3)
        with pytest.raises(Invalid) as refusal:
            self.grant(garden, **values)
        assert refusal.value.field == field

    def test_there_has_to_be_something_to_permit(self) -> None:
        with pytest.raises(Invalid):
            self.grant(make_garden())

    @pytest.mark.parametrize("role", [None, *RoleName])
    def test_only_officers_permit(self, role: RoleName | None) -> None:
        garden = make_garden()
        garden.sprayed(days=3)
        actor = ANONYMOUS if role is None else actor_of(make_user(role))
        if role == RoleName.PROVINCE_OFFICER:
            assert self.grant(garden, actor=actor, signed_name=actor.display_name).granted_by == actor.user_id
        else:
            with pytest.raises(NotFound):
                self.grant(garden, actor=actor, signed_name=actor.display_name)
