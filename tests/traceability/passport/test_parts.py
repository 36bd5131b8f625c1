"""What convinces on the public record: sprays and permissions, origins, the way, sensors, certificates, a recall."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import refresh

from catalog.producers.models import ProducerKind
from core.accounts import RoleName
from core.db import db, new_id, utc_now
from tests.factories import (
    make_commune,
    make_entry,
    make_plant_protection_list,
    make_plot,
    make_receipt,
    make_user,
)
from tests.traceability.farm import Farm, gln, make_farm
from tests.traceability.sensors.device import make_sending_sensor, minutes_ago, reading
from traceability.attestations.certificates.models import Certificate, CertificatePlot, CertificateStatusChange
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.laboratory.models import Analyte, LaboratoryResult
from traceability.diary.entry_models import DiaryEntry, InputUse
from traceability.diary.models import HarvestOverride, Plot
from traceability.epcis.event_builders import QuantityElement, object_event
from traceability.gs1.links import location_uri, lot_uri
from traceability.journal.corrections import declare_error
from traceability.journal.issuer import site_url
from traceability.journal.usecases import capture_event
from traceability.lots.ledger import LotContent
from traceability.lots.mass_balance import LotOutput
from traceability.lots.models import Lot
from traceability.lots.usecases.harvesting import PlotShare
from traceability.lots.usecases.transforming import mix_lots
from traceability.resolver.usecases import Target, add_link
from traceability.sensors.usecases import attach_device


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A browser, which says that it takes HTML."""
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


def page_of(client: FlaskClient, lot: Lot, *, locale: str = "en") -> str:
    db.session.commit()
    refresh()  # requests of a test share the context in which the language is remembered
    answer = client.get(f"/01/{lot.product.gtin}/10/{lot.lot_number}?lang={locale}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def sprayed(plot: Plot, *, done_on: date, interval_days: int = 14, **values: object) -> DiaryEntry:
    """A spray of a product of its own, as a bare row."""
    version = make_plant_protection_list()
    receipt = make_receipt(plot.producer, "bacillus", version=version)
    entry: dict[str, object] = {
        "activity": "pesticide_spraying",
        "done_on": done_on,
        "interval_days": interval_days,
        "harvest_from": done_on + timedelta(days=interval_days),
        "plant_protection_list_id": version.id,
        "inputs": [InputUse(receipt_id=receipt.id, amount=10, interval_days=interval_days)],
        "recorded_at": datetime.combine(done_on, time(3), UTC),
    }
    return make_entry(plot, **(entry | values))


def uri_of(lot: Lot) -> str:
    return lot_uri(site_url(), lot.product.gtin, lot.lot_number)


def fact(page: str, name: str) -> str:
    """What stands beside a name on the first screen, without markup."""
    facts = page.split('<dl class="trace-facts">')[1].split("</dl>", maxsplit=1)[0]
    found = re.search(rf"{name}</dt><dd>(.*?)</dd>", facts)
    assert found is not None, facts
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


class TestGarden:
    def test_the_last_spray_stands_on_the_first_screen(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        for days, required in ((34, 14), (90, 21)):
            sprayed(farm.plot, done_on=lot.harvested_on - timedelta(days=days), interval_days=required)
        page = page_of(client, lot)
        assert fact(page, "Last spray") == "34 days before harvest required: 14"
        assert "Sprayed 34 days before harvest" in page
        assert "Sprayed 90 days before harvest" in page
        assert "good-word" in page
        assert "bad-word" not in page

    def test_no_diary_and_no_spray_are_told_apart(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        assert fact(page_of(client, lot), "Last spray") == "not on record"
        make_entry(farm.plot, activity="pruning", done_on=lot.harvested_on - timedelta(days=9))
        page = page_of(client, lot)
        assert fact(page, "Last spray") == "none written down"
        assert "no spray is written down" in page

    def test_sprays_after_the_harvest_or_long_before_do_not_count(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        for days in (-1, 366):
            sprayed(farm.plot, done_on=lot.harvested_on - timedelta(days=days))
        sprayed(make_plot(farm.producer), done_on=lot.harvested_on - timedelta(days=20))
        assert fact(page_of(client, lot), "Last spray") == "not on record"

    def test_a_correction_replaces_what_it_corrects(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        wrong = sprayed(farm.plot, done_on=lot.harvested_on - timedelta(days=15))
        sprayed(
            farm.plot,
            done_on=lot.harvested_on - timedelta(days=50),
            supersedes_id=wrong.id,
            correction_reason="Ghi nhầm ngày",
        )
        assert fact(page_of(client, lot), "Last spray").startswith("50 days")

    def test_a_spray_that_was_taken_back_is_gone(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        wrong = sprayed(farm.plot, done_on=lot.harvested_on - timedelta(days=15))
        make_entry(
            farm.plot,
            activity=wrong.activity,
            done_on=wrong.done_on,
            supersedes_id=wrong.id,
            correction_reason="Không phun",
            is_withdrawal=True,
        )
        assert fact(page_of(client, lot), "Last spray") == "not on record"

    def test_late_writing_of_a_spray_is_said(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        done_on = lot.harvested_on - timedelta(days=30)
        late = datetime.combine(done_on + timedelta(days=4), time(3), UTC)
        sprayed(farm.plot, done_on=done_on, recorded_at=late)
        assert "Written down 4 days later" in page_of(client, lot).split('id="garden"')[1]

    def test_a_spray_before_several_harvests_stands_once_with_the_fewest_days(self, client: FlaskClient) -> None:
        farm = make_farm()
        lots = [
            farm.harvest(100, unit="kg", harvested_on=utc_now().date() - timedelta(days=days)) for days in (3, 6, 9)
        ]
        sprayed(farm.plot, done_on=lots[-1].harvested_on - timedelta(days=20))
        outcome = mix_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(lot.id, grams=10_000) for lot in lots],
            output=LotOutput(product_id=farm.product.id, unit="kg", weight_grams=30_000),
        )
        page = page_of(client, outcome.lots[0])
        assert page.count('class="spray"') == 1
        assert "Sprayed 20 days before harvest" in page

    def test_a_permission_inside_the_interval_is_shown_with_its_reason(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        spray = sprayed(farm.plot, done_on=lot.harvested_on - timedelta(days=5), interval_days=14)
        officer = make_user(RoleName.PROVINCE_OFFICER)
        for plot, reason in ((farm.plot, "Bão sắp về, phải hái sớm"), (make_plot(farm.producer), "Vườn khác")):
            db.session.add(
                HarvestOverride(
                    plot_id=plot.id,
                    valid_from=lot.harvested_on - timedelta(days=1),
                    valid_until=lot.harvested_on,
                    reason=f"{reason} (mẫu)",
                    spray_entry_ids=[spray.id],
                    granted_by=officer.id,
                    signed_name="Cán bộ mẫu",
                )
            )
        page = page_of(client, lot)
        assert "Bão sắp về, phải hái sớm (mẫu)" in page
        assert "Cán bộ mẫu" in page
        assert "Vườn khác" not in page
        assert "bad-word" in page

    def test_photos_load_late_and_have_a_size(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        key = f"photos/{'a' * 40}"
        make_entry(farm.plot, activity="pruning", done_on=lot.harvested_on - timedelta(days=9), photo_keys=[key])
        image = re.search(rf'<img src="[^"]*{key}-400.webp"[^>]*>', page_of(client, lot))
        assert image is not None
        assert 'loading="lazy"' in image[0]
        assert 'width="400"' in image[0]


class TestOrigins:
    def mixed(self, farm: Farm, lots: list[Lot]) -> Lot:
        """A lot that was put together from ten kilograms of each of `lots`."""
        grams = 10_000 * len(lots)
        outcome = mix_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(lot.id, grams=10_000) for lot in lots],
            output=LotOutput(product_id=farm.product.id, unit="kg", weight_grams=grams),
        )
        return outcome.lots[0]

    def test_a_lot_of_one_harvest_needs_no_words(self, client: FlaskClient) -> None:
        farm = make_farm()
        assert "What it was packed from" not in page_of(client, farm.harvest())

    def test_harvests_and_gardens_are_counted_over_all_levels(self, client: FlaskClient) -> None:
        farm = make_farm()
        other = make_plot(farm.producer, gln=gln(999_011))
        first, second = (farm.harvest(100, unit="kg") for _ in range(2))
        third = farm.harvest(100, unit="kg", lot_number="A/B", plots=[PlotShare(other.id)])
        lot = self.mixed(farm, [self.mixed(farm, [first, second]), third])
        sprayed(other, done_on=third.harvested_on - timedelta(days=21), interval_days=7)
        page = page_of(client, lot)
        assert "Packed from 3 harvests of 2 gardens." in page
        assert "Lot A/B" in page
        assert page.split('class="route-stops"')[1].count("Garden in") == 2
        assert fact(page, "Last spray") == "21 days before harvest required: 7"
        assert "Đóng gói từ 3 đợt thu hoạch của 2 vườn." in page_of(client, lot, locale="vi")

    def test_a_harvest_of_several_gardens_says_so(self, client: FlaskClient) -> None:
        farm = make_farm()
        shares = [PlotShare(plot.id) for plot in (farm.plot, make_plot(farm.producer, gln=gln(999_012)))]
        assert "Packed from 1 harvest of 2 gardens." in page_of(client, farm.harvest(plots=shares))


def test_a_made_up_serial_number_gets_no_good_word(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    db.session.commit()
    page = client.get(f"/01/{farm.product.gtin}/10/{lot.lot_number}/21/HK-0000000000?lang=en").text
    main = page.split('<main id="main"')[1]
    assert main.index("This serial number was never issued") < main.index("<h1>")
    assert "On record since" not in page
    assert "The lot that the label names" in page


class TestRecall:
    def recalled(self, farm: Farm, lot: Lot) -> str:
        event = object_event(
            action="OBSERVE",
            quantity_list=[QuantityElement(uri_of(lot))],
            event_time=utc_now() - timedelta(minutes=5),
            disposition="recalled",
        )
        return capture_event(actor=farm.actor, event=event).event_id

    def test_the_banner_comes_before_everything_else(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot, other = farm.harvest(), farm.harvest()
        event_id = self.recalled(farm, lot)
        page = page_of(client, lot)
        main = page.split('<main id="main"')[1]
        assert main.index("Recalled: do not eat") < main.index("<h1>")
        assert "On record since" not in page
        assert 'class="trace-recall"' not in page_of(client, other)
        declare_error(actor=farm.actor, event_id=event_id, reason="did_not_occur")
        assert 'class="trace-recall"' not in page_of(client, lot)

    def test_the_card_for_shared_links_warns_too(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        address = f"/share-cards/vi/{farm.product.gtin}/{lot.lot_number}.png"
        before = client.get(address).data
        self.recalled(farm, lot)
        assert client.get(address).data != before


class TestRoute:
    def test_the_way_is_drawn_between_places(self, client: FlaskClient) -> None:
        make_commune("18073", "Phường Thành Sen")
        farm = make_farm()
        lot = farm.harvest()
        far = make_farm()
        far.producer.commune_code = "18073"
        far.producer.commune.latitude, far.producer.commune.longitude = 18.34, 105.9
        db.session.flush()
        event = object_event(
            action="OBSERVE",
            quantity_list=[QuantityElement(uri_of(lot))],
            event_time=utc_now() - timedelta(hours=1),
            biz_step="receiving",
            read_point=location_uri(site_url(), far.producer.gln),
        )
        capture_event(actor=farm.actor, event=event)
        page = page_of(client, lot)
        assert 'class="map-route"' in page
        assert page.count('class="map-stop"') == 2
        assert far.producer.name in page.split('class="route-stops"')[1]
        assert farm.plot.name not in page

    def test_a_household_is_placed_at_its_commune(self, client: FlaskClient) -> None:
        farm = make_farm()
        farm.producer.kind = ProducerKind.HOUSEHOLD
        farm.plot.latitude, farm.plot.longitude = 18.1234, 105.6543
        commune = farm.plot.commune
        page = page_of(client, farm.harvest())
        assert "18.123" not in page
        assert f"{commune.latitude:.3f}, {commune.longitude:.3f}" in page
        farm.producer.kind = ProducerKind.COOPERATIVE
        page = page_of(client, farm.harvest())
        assert "18.123, 105.654" in page
        assert "18.1234" not in page  # to about 100 m


class TestReadings:
    def test_the_chart_stands_on_the_record_without_the_name_of_the_device(self, client: FlaskClient) -> None:
        sensor = make_sending_sensor(client)
        lot = sensor.farm.harvest()
        attach_device(
            actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(300)
        )
        sensor.send(*[reading(280 - 10 * number, 5 if number < 15 else 12) for number in range(25)])
        page = page_of(client, lot)
        assert 'class="chart-line"' in page
        assert 'class="chart-alarm"' in page
        assert "1 alarm." in page
        assert sensor.device.name not in page
        assert str(sensor.device.id) not in page

    def test_a_sensor_that_said_nothing_is_not_shown(self, client: FlaskClient) -> None:
        sensor = make_sending_sensor(client)
        lot = sensor.farm.harvest()
        attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id)
        assert "What the sensor measured" not in page_of(client, lot)


def test_certificates_that_the_producer_linked_stand_first(client: FlaskClient) -> None:
    farm = make_farm(standards=["VietGAP"])
    lot = farm.harvest()
    assert fact(page_of(client, lot), "Certificate") == "VietGAP (as the producer says)"
    add_certificate(farm, valid_until=utc_now() + timedelta(days=100))
    page = page_of(client, lot)
    assert fact(page, "Certificate").startswith("Chứng nhận VietGAP (mẫu), until ")
    assert 'href="https://example.vn/vietgap.pdf"' in page


def add_certificate(farm: Farm, *, valid_until: datetime) -> None:
    target = Target(
        "certificationInfo",
        "https://example.vn/vietgap.pdf",
        title="Chứng nhận VietGAP (mẫu)",
        valid_until=valid_until,
    )
    add_link(actor=farm.actor, code=f"(01){farm.product.gtin}", target=target)


def test_the_story_the_farm_and_the_way_to_report_are_there(client: FlaskClient) -> None:
    farm = make_farm(description_vi="Bưởi ngọt (mẫu)", description_en="A sweet pomelo (sample)")
    farm.producer.story_vi, farm.producer.story_en = "Chuyện vườn (mẫu)", "The garden's story (sample)"
    lot = farm.harvest()
    page = page_of(client, lot)
    assert "A sweet pomelo (sample)" in page
    assert "The garden&#39;s story (sample)" in page
    assert f'href="/producers/{farm.producer.slug}"' in page
    assert f'href="/problems/new/{farm.product.gtin}/{lot.lot_number}"' in page


def test_a_shared_link_has_a_picture_and_words(client: FlaskClient) -> None:
    farm = make_farm(ocop_stars=4)
    lot = farm.harvest()
    page = page_of(client, lot)
    properties = dict(re.findall(r'<meta property="(og:[a-z:_]+)" content="([^"]*)">', page))
    assert properties["og:title"].startswith("Phuc Trach pomelo")
    assert properties["og:url"] == uri_of(lot)
    assert farm.producer.name in properties["og:description"]
    picture = client.get(properties["og:image"].removeprefix(site_url()))
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    assert picture.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(
        properties["og:image"].removeprefix(site_url()), headers={"If-None-Match": picture.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["xx/{gtin}/{lot}.png", "vi/{gtin}/NONE.png", "vi/00000000000000/{lot}.png"])
def test_cards_of_nothing_are_not_found(client: FlaskClient, path: str) -> None:
    farm = make_farm()
    lot = farm.harvest()
    db.session.commit()
    given = path.format(gtin=farm.product.gtin, lot=lot.lot_number)
    assert client.get(f"/share-cards/{given}").status_code == 404


def test_everything_together_costs_one_statement(client: FlaskClient, count_queries: Callable[[], Any]) -> None:
    sensor = make_sending_sensor(client)
    farm = sensor.farm
    lot = farm.harvest()
    page_of(client, lot)
    sprayed(farm.plot, done_on=lot.harvested_on - timedelta(days=20))
    make_entry(
        farm.plot, activity="pruning", done_on=date(lot.harvested_on.year, 1, 1), photo_keys=[f"photos/{new_id().hex}"]
    )
    attach_device(actor=farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(300))
    sensor.send(reading(100, 5), reading(50, 6))
    add_certificate(farm, valid_until=utc_now() + timedelta(days=9))
    db.session.commit()
    address = f"/01/{farm.product.gtin}/10/{lot.lot_number}"
    with count_queries() as statements:
        client.get(address)
    assert len(statements) == 1


def test_numbers_of_gardens_and_homes_are_no_secret_but_names_are(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    page = page_of(client, lot)
    assert farm.plot.gln in page
    assert farm.plot.name not in page
    assert gln(1) not in page


def test_what_laboratories_found_is_told_and_a_voided_report_is_gone(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    report = LaboratoryResult(
        producer_id=farm.producer.id,
        lot_id=lot.id,
        laboratory="Phòng kiểm nghiệm mẫu",
        report_number="KN-01",
        sampled_on=lot.harvested_on,
        reported_on=lot.harvested_on,
        file_id=make_private_file(farm).id,
        analytes=[
            Analyte(position=0, name="Chì", is_below=True, value=0.01, unit="mg/kg", limit=0.1, verdict="within"),
            Analyte(position=1, name="Cadimi", is_below=False, value=0.25, unit="mg/kg", limit=0.05, verdict="above"),
        ],
    )
    db.session.add(report)
    page = page_of(client, lot)
    assert "Chì: &lt; 0.01 mg/kg (allowed 0.1 mg/kg)" in page
    assert "Something is above its limit or unclear" in page
    report.voided_at, report.void_reason = utc_now(), "Nhập nhầm"
    assert "Phòng kiểm nghiệm mẫu" not in page_of(client, lot)


def make_private_file(farm: Farm) -> PrivateFile:
    """A stored scan as a bare row."""
    file = PrivateFile(
        producer_id=farm.producer.id,
        name="phieu-mau.pdf",
        content_type="application/pdf",
        size_bytes=1,
        sha256="0" * 64,
        storage_key=f"private/{new_id().hex}.pdf",
    )
    db.session.add(file)
    db.session.flush()
    return file


def test_a_certificate_of_the_garden_counts_on_the_day_of_the_harvest_and_says_its_status(client: FlaskClient) -> None:
    farm = make_farm(standards=[])
    lot = farm.harvest()
    given = {"producer_id": farm.producer.id, "issuer": "Tổ chức chứng nhận mẫu", "file_id": make_private_file(farm).id}
    day = timedelta(days=1)
    current = Certificate(
        **given,
        standard="VietGAP",
        number="VG-1",
        valid_from=lot.harvested_on - day,
        valid_until=utc_now().date() + 90 * day,
    )
    over = Certificate(
        **given,
        standard="GlobalGAP",
        number="GG-1",
        valid_from=lot.harvested_on - 9 * day,
        valid_until=lot.harvested_on - day,
    )
    db.session.add_all([current, over])
    db.session.flush()
    for certificate in (current, over):
        db.session.add(CertificatePlot(certificate_id=certificate.id, plot_id=farm.plot.id))
    page = page_of(client, lot)
    assert fact(page, "Certificate").startswith("VietGAP, until ")
    assert "VG-1, Tổ chức chứng nhận mẫu" in page
    assert "GG-1" not in page
    db.session.add(
        CertificateStatusChange(
            certificate_id=current.id, status="withdrawn", effective_on=lot.harvested_on, reason="Vi phạm (mẫu)"
        )
    )
    assert fact(page_of(client, lot), "Certificate") == "VietGAP: not in force"
