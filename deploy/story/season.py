"""A season of a pomelo plot: diary, a harvest that has to wait, three lots made one, packed and labelled."""

import csv
import io
import re
import secrets
from datetime import date, timedelta
from urllib.parse import unquote, urlsplit

from deploy.story.broken import StoryBroken, expect
from deploy.story.farm import add_product
from deploy.story.page import Page
from deploy.story.telling import GARDENS, Lot, Season, Storyteller, id_in
from deploy.story.waiting import wait_for

SPRAY, SPRAY_INTERVAL_DAYS, SPRAYED_DAYS_AGO = "Mancozeb 80WP (mẫu)", 14, 18
FERTILISER = "NPK 16-16-8 (mẫu)"
HARVEST_LOTS, PIECES_IN_LOT, PIECES_IN_CRATE = 3, 40, 60
LABELS = 8
PATIENCE_SECONDS = 30
MIXED = HARVEST_LOTS * PIECES_IN_LOT
# What the table says: how many days ago, and what was done.
WORK = (
    (330, "Vệ sinh vườn, thu quả rụng"),
    (325, "Cắt tỉa, tạo tán"),
    (322, "Quét vôi gốc"),
    (318, "Bón vôi"),
    (315, "Tập huấn"),
    (300, "Bón thúc"),
    (290, "Tưới nước"),
    (280, "Thụ phấn bổ sung"),
    (272, "Tỉa hoa"),
    (260, "Tưới nước"),
    (250, "Điều tra sâu bệnh"),
    (240, "Tỉa quả"),
    (230, "Bón thúc"),
    (220, "Làm cỏ, xới xáo"),
    (205, "Đặt bẫy, bả"),
    (190, "Bao quả"),
    (175, "Tưới nước"),
    (160, "Bón thúc"),
    (150, "Cắt cỏ"),
    (135, "Chống cành"),
    (120, "Khơi rãnh thoát nước"),
    (100, "Điều tra sâu bệnh"),
    (80, "Tỉa chồi vượt, lộc đông"),
    (60, "Làm cỏ, xới xáo"),
    (45, "Vệ sinh dụng cụ"),
    (30, "Thu gom rác, vỏ thuốc"),
)


def farmer_keeps_diary(story: Storyteller) -> None:
    """A plot, what was bought, a table of the year's work, and the last spray by the form."""
    word = f"{secrets.choice(GARDENS)} {1000 + secrets.randbelow(9000)}"
    plot = f"Vườn vụ {word}"
    form = story.farmer.open("/farm/plots/new").form(having="area_m2")
    at = {"name": plot, "crop": "pomelo_phuc_trach", "planting_year": "2015", "tree_count": "90", "area_m2": "3600"}
    commune = {"commune_code": story.product.commune_code}
    page = story.farmer.send(form, {**at, "latitude": "18.081", "longitude": "105.781", **commune})
    link = next((link for link in page.links_below("/farm/diary/plots/") if link.words == plot), None)
    plot_path = link.path if link else page.path
    story.season = Season(product=add_product(story, f"vụ {word}"), plot=plot, plot_id=id_in(plot_path))
    _buy(story, FERTILISER, kind="fertiliser")
    _buy(story, SPRAY, kind="plant_protection", ingredient="mancozeb", content="800")
    _bring_table(story)
    _note_spray(story)
    diary = story.farmer.open(f"/farm/diary/plots/{story.season.plot_id}")
    expect(SPRAY in diary.text, f"{SPRAY} in the diary", got=diary.summary)
    story.say(f"{plot}: {len(WORK)} activities out of a table and a spray with {SPRAY} by the form")


def _buy(story: Storyteller, name: str, **values: str) -> None:
    form = story.farmer.open("/farm/store/new").form(having="trade_name")
    bought = (story.today - timedelta(days=340)).isoformat()
    expires = (story.today + timedelta(days=300)).isoformat()
    of = {"trade_name": f"{name} {story.season.product.garden}", "amount": "50", "unit": "kg"}
    page = story.farmer.send(form, {**of, "received_on": bought, "expires_on": expires, **values})
    expect(page.path.startswith("/farm/store"), f"{name} in the store", got=page.summary)


def _bring_table(story: Storyteller) -> None:
    """The year's work as a CSV, confirmed as the page asks."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["Thửa", "Ngày", "Việc làm", "Vật tư", "Lượng dùng", "Đơn vị dùng"])
    for days, work in WORK:
        used = [f"{FERTILISER} {story.season.product.garden}", "10", "kg"] if work == "Bón thúc" else ["", "", ""]
        writer.writerow([story.season.plot, f"{story.today - timedelta(days=days):%d/%m/%Y}", work, *used])
    file = ("nhat-ky.csv", io.BytesIO(table.getvalue().encode()), "text/csv")
    form = story.farmer.open("/farm/diary/import").form(having="kind")
    checked = story.farmer.send(form, {"kind": "entries"}, photos={"file": file})
    confirm = checked.form(to=checked.path)
    ticks = {"doubts_confirmed": "y"} if "doubts_confirmed" in confirm.names else {}
    page = story.farmer.send(confirm, ticks)
    expect(str(len(WORK)) in page.text and not page.has_form_to(page.path), "the table to be written", got=page.text)


def _note_spray(story: Storyteller) -> None:
    page = story.farmer.open(f"/farm/diary/plots/{story.season.plot_id}/new/pesticide_spraying")
    form, receipt = page.form(having="done_on"), receipt_on_offer(page, f"{SPRAY} {story.season.product.garden}")
    day = (story.today - timedelta(days=SPRAYED_DAYS_AGO)).isoformat()
    used = {"input_1": receipt, "input_1_amount": "1", "input_1_unit": "kg", "target_pest": "ghẻ nhám"}
    page = story.farmer.send(form, {"done_on": day, **used})
    expect("error-summary" not in page.classes, "the spray in the diary", got=page.text)


def receipt_on_offer(page: Page, wanted: str) -> str:
    """The value of the choice from the store that begins with `wanted`. Raises StoryBroken."""
    found = re.search(rf'<option[^>]*value="([0-9a-f-]{{36}})"[^>]*>{re.escape(wanted)}', page.html)
    if found is None:
        raise StoryBroken(f"expected “{wanted}” on offer, got none like it")
    return found[1]


def harvest_waits_for_interval(story: Storyteller) -> None:
    """Too early it is refused with the spray and the first day; then three harvests are allowed, and one for export."""
    sprayed = story.today - timedelta(days=SPRAYED_DAYS_AGO)
    first = sprayed + timedelta(days=SPRAY_INTERVAL_DAYS)
    refused = _harvest(story, first - timedelta(days=2), status=422)
    for words in (SPRAY, f"{first:%d/%m/%Y}"):
        expect(words in refused.text, f"“{words}” in the refusal", got=refused.text)
    story.say(f"harvest of {first - timedelta(days=2):%d/%m/%Y} refused: {SPRAY}, first day {first:%d/%m/%Y}")
    for days in range(HARVEST_LOTS):
        on = first + timedelta(days=days)
        story.season.lots.append(_lot_of(story, _harvest(story, on, status=200), on))
    on = first + timedelta(days=HARVEST_LOTS)
    story.season.export = _lot_of(story, _harvest(story, on, status=200), on)
    numbers = ", ".join(lot.number for lot in story.season.lots)
    story.say(f"allowed from {first:%d/%m/%Y}: lots {numbers}, {PIECES_IN_LOT} fruits each")


def _harvest(story: Storyteller, on: date, *, status: int) -> Page:
    form = story.farmer.open(f"/farm/lots/new?product={story.season.product.id}").form(having="harvested_on")
    at = {"plot_ids": str(story.season.plot_id), "harvested_on": on.isoformat()}
    of = {"quantity": str(PIECES_IN_LOT), "unit": "piece", "unit_weight": "1100"}
    return story.farmer.send(form, {**at, **of}, status=status)


def _lot_of(story: Storyteller, page: Page, on: date) -> Lot:
    link = page.link_below(f"/01/{story.season.product.gtin}/10/")
    number = unquote(link.path.rpartition("/")[2])
    return Lot(id_in(page.path), number, f"{story.site_url}{urlsplit(link.address).path}", link.path, on)


def lots_are_mixed_and_packed(story: Storyteller) -> None:
    """Three lots become one, and a part of it goes into a crate with a number of its own."""
    lots = story.season.lots
    form = story.farmer.open(f"/farm/lots/mix?lot={lots[0].id}").form(having=f"take_{lots[0].id}")
    into = {"outputs-0-product_id": str(story.season.product.id), "outputs-0-unit": "piece"}
    made = {"outputs-0-amount": str(MIXED), "outputs-0-weight": str(MIXED * 1.1).replace(".", ",")}
    page = story.farmer.send(form, {**{f"take_{lot.id}": "y" for lot in lots}, **into, **made})
    story.season.mixed = _lot_of(story, page, story.today)
    mixed = story.season.mixed
    form = story.farmer.open(f"/farm/crates/new?lot={mixed.id}").form(having=f"take_{mixed.id}")
    page = story.farmer.send(form, {f"take_{mixed.id}": "y", f"amount_{mixed.id}": str(PIECES_IN_CRATE)})
    expect(re.fullmatch(r"/farm/crates/\d{18}", page.path), "the crate's page", got=page.path)
    story.season.sscc = page.path.rpartition("/")[2]
    story.say(f"{MIXED} fruits as lot {mixed.number}; {PIECES_IN_CRATE} of them in crate {story.season.sscc}")


def labels_lead_to_origins(story: Storyteller) -> None:
    """Labels of the mixed lot; its record names the three lots, the spray and the interval that was kept."""
    lot = story.season.mixed
    form = story.farmer.open(f"{lot.page}/labels?design=a4-3x8").form(having="copies")
    run = story.farmer.send(form, {"copies": str(LABELS)})
    file = f"{run.path}/labels.pdf"
    wait_for("the labels", lambda: any(story.farmer.open(run.path).links_below(file)), seconds=PATIENCE_SECONDS)
    story.write("season-labels.pdf", story.farmer.download(file, kind="application/pdf"))
    record = story.stranger().open(lot.link)
    for words in ("Mancozeb", *(each.number for each in story.season.lots)):
        expect(words.lower() in record.text.lower(), f"“{words}” on the record", got=record.text)
    expect(f"{SPRAY_INTERVAL_DAYS} ngày" in record.text, "the interval on the record", got=record.text)
    story.write("season-record.html", record.html.encode())
    story.say(f"the record of lot {lot.number} names {HARVEST_LOTS} lots, the spray and its {SPRAY_INTERVAL_DAYS} days")
