"""Pages of the diary and of attestations for the gallery; what some of them need is made first."""

import io
import re
from collections.abc import Sequence

from deploy.story.page import Link, Page
from deploy.story.person import Person
from deploy.story.season import receipt_on_offer
from deploy.story.telling import Storyteller
from deploy.story.view import View

ATTESTATIONS = "/farm/attestations"
BAD_TABLE = (
    "Thửa,Ngày,Việc làm,Vật tư,Lượng dùng,Đơn vị dùng\n"
    "Vườn không có,01/02/2030,Làm cỏ,,,\n"
    "Vườn cây ăn quả,hôm qua,Bón thúc,Phân lạ,-3,kg\n"
)

FORTY, SPRAYED = 40, 3
PLOT_SLASHES = 4
LOCATION = re.compile(r"\b[0-9]{13}\b")

DIARY_NAMES = (
    *("diary-harvest", "diary-entry", "diary-correct", "diary-withdraw", "diary-code-new", "diary-code"),
    *("equipment", "worker", "store-withdraw", "diary-import-errors", "overrides", "override"),
    *("diary-bulk-forty", "diary-bulk-check"),
)
ATTESTATION_NAMES = (
    *("self-check", "self-check-chapter", "self-check-draft", "self-check-evidence", "certificate"),
    *("laboratory-result", "packing-house", "packing-house-code", "packing-house-public"),
    *("inspections", "inspection", "inspection-chapter", "inspection-closed", "certificates-to-confirm"),
    "certificate-supervised",
)


def diary_pages(story: Storyteller, plot: str) -> Sequence[View]:
    """What a farmer sees of the diary beyond its home: `plot` is the page of a plot; and what an officer permits."""
    farmer, officer = story.farmer, story.officer
    shown = farmer.open(plot)
    entry = next(link.path for link in shown.links_below("/farm/diary/entries/")).removesuffix("/correct")
    code = next((link.path for link in _codes(farmer)), f"{plot}/codes/new")
    location = _location_of(story)
    return (
        View("diary-harvest", f"{plot}/new/harvesting", farmer),
        View("diary-entry", entry, farmer),
        View("diary-correct", f"{entry}/correct", farmer),
        View("diary-withdraw", f"{entry}/withdraw", farmer),
        View("diary-code-new", f"{plot}/codes/new", farmer),
        View("diary-code", code, farmer),
        View("equipment", "/farm/equipment", farmer),
        View("worker", farmer.open("/farm/workers").link_below("/farm/workers/").path, farmer),
        View("store-withdraw", _receipt_to_take_back(story), farmer),
        View("diary-import-errors", _table_with_errors(farmer), farmer),
        View("overrides", "/officer/harvest-overrides", officer),
        View("override", f"/officer/harvest-overrides/{location}", officer),
        *_forty_plots(story),
    )


def attestation_pages(story: Storyteller) -> Sequence[View]:
    """What others vouch for, as the farmer and as the inspector sees it."""
    farmer, inspector = story.farmer, story.signed_in("inspector")
    index = farmer.open(ATTESTATIONS)
    certificate = _page_below(index, f"{ATTESTATIONS}/certificates/")
    house = _page_below(index, f"{ATTESTATIONS}/packing-houses/")
    checked = farmer.open(certificate).link_below(f"{ATTESTATIONS}/self-checks/").path
    draft = _draft(story)
    taken, closed = _inspections(inspector)
    supervised = inspector.open("/inspections/certificates?all=1").link_below("/inspections/certificates/").path
    return (
        View("self-check", checked, farmer),
        View("self-check-chapter", f"{checked}/groups/REC", farmer),
        View("self-check-draft", draft, farmer),
        View("self-check-evidence", f"{draft}/items/VG-REC-03", farmer),
        View("certificate", certificate, farmer),
        View("laboratory-result", _page_below(index, f"{ATTESTATIONS}/laboratory-results/"), farmer),
        View("packing-house", house, farmer),
        View("packing-house-code", farmer.open(house).link_below(f"{house}/codes/").path, farmer),
        View("packing-house-public", _public_page(farmer.open(house)), story.stranger()),
        View("inspections", "/inspections", inspector),
        View("inspection", taken, inspector),
        View("inspection-chapter", f"{taken}/groups/REC", inspector),
        View("inspection-closed", closed, inspector),
        View("certificates-to-confirm", "/inspections/certificates", inspector),
        View("certificate-supervised", supervised, inspector),
    )


def _forty_plots(story: Storyteller) -> Sequence[View]:
    """A harvest on forty plots at once, as another farm checks it: three of them were sprayed yesterday."""
    farmer, account = Person(story.site_url, "another farmer"), story.account("another farmer")
    farmer.sign_in(account.email, account.password)
    form = farmer.open("/farm/plots/new").form(having="area_m2")
    names = farmer.open("/farm/diary/bulk").form(having="activity").names
    have = sum(name.startswith("own-") for name in names)
    for number in range(have + 1, FORTY + 1):
        named = {"name": f"Thửa {number} đồi Khe Mây (mẫu)", "area_m2": str(1500 + 40 * number)}
        farmer.send(form, {**named, "crop": "orange_khe_may", "planting_year": "2016", "tree_count": "60"})
    bought = {"kind": "plant_protection", "trade_name": "Mancozeb 80WP (mẫu)", "amount": "20", "unit": "kg"}
    ingredient = {"ingredient": "mancozeb", "content": "800", "received_on": story.yesterday.isoformat()}
    farmer.send(farmer.open("/farm/store/new").form(having="trade_name"), {**bought, **ingredient})
    links = farmer.open("/farm/diary").links_below("/farm/diary/plots/")
    gardens = [link.path for link in links if link.words.startswith("Thửa") and link.path.count("/") == PLOT_SLASHES]
    for plot in sorted(set(gardens))[:SPRAYED]:
        page = farmer.open(f"{plot}/new/pesticide_spraying")
        entry, receipt = page.form(having="input_1"), receipt_on_offer(page, str(bought["trade_name"]))
        used = {"input_1": receipt, "input_1_amount": "0,2", "input_1_unit": "kg"}
        farmer.send(entry, {**used, "done_on": story.yesterday.isoformat(), "target_pest": "ghẻ nhám"})
    typed = (("activity", "harvesting"), ("amount", "350"))
    ticked = ("step", "all")
    return (
        View("diary-bulk-forty", "/farm/diary/bulk", farmer, typed=typed, pressed=(ticked,)),
        View("diary-bulk-check", "/farm/diary/bulk", farmer, 422, typed, (ticked, ("step", "check"))),
    )


def _public_page(house: Page) -> str:
    """The public page of a packing house, by the location trace code on its own page."""
    return next(f"/packing-houses/{word}" for word in LOCATION.findall(house.text))


def _page_below(index: Page, prefix: str) -> str:
    """The path of the first thing that is listed, not of the form for a new one."""
    return next(link.path for link in index.links_below(prefix) if not link.path.endswith("/new"))


def _codes(farmer: Person) -> Sequence[Link]:
    """Links to planting-area codes, from whichever plot has one."""
    plots = {link.path for link in farmer.open("/farm/diary").links_below("/farm/diary/plots/")}
    own = (path for path in sorted(plots) if path.count("/") == PLOT_SLASHES)
    return [link for path in own for link in farmer.open(path).links_below("/farm/diary/codes/")]


def _location_of(story: Storyteller) -> str:
    """The location trace code of the season's plot."""
    text = story.farmer.open(f"/farm/diary/plots/{story.season.plot_id}").text
    return next(word for word in text.split() if word.isdigit() and len(word) == 13)


def _receipt_to_take_back(story: Storyteller) -> str:
    """The page for taking back something that came in and was not used."""
    form = story.farmer.open("/farm/store/new").form(having="trade_name")
    bought = {"kind": "fertiliser", "trade_name": "Phân NPK nhập nhầm (mẫu)", "amount": "5", "unit": "kg"}
    page = story.farmer.send(form, {**bought, "received_on": story.yesterday.isoformat()})
    return next(link.path for link in page.links_below("/farm/store/") if link.path.endswith("/withdraw"))


def _table_with_errors(farmer: Person) -> str:
    form = farmer.open("/farm/diary/import").form(having="kind")
    file = ("nhat-ky-loi.csv", io.BytesIO(BAD_TABLE.encode()), "text/csv")
    return farmer.send(form, {"kind": "entries"}, photos={"file": file}).path


def _draft(story: Storyteller) -> str:
    """A self-check of the season's plot that was begun: one item answered, and shown from the diary."""
    farmer = story.farmer
    form = farmer.open(f"{ATTESTATIONS}/self-checks/new").form(having="plot_ids")
    draft = farmer.send(form, {"plot_ids": str(story.season.plot_id)}).path
    chapter = farmer.open(f"{draft}/groups/REC").form(having="answer-VG-REC-03")
    farmer.send(chapter, {"answer-VG-REC-03": "yes", "note-VG-REC-03": "Ghi hằng ngày trong nhật ký (mẫu)."})
    evidence = farmer.open(f"{draft}/items/VG-REC-03").form(having="entry_ids")
    farmer.send(evidence, {"entry_ids": evidence.choices["entry_ids"][0]})
    return draft


def _inspections(inspector: Person) -> tuple[str, str]:
    """An inspection that the inspector has taken, and one that is closed."""
    prefix = "/inspections/self-checks/"
    for waiting in inspector.open("/inspections?state=waiting").links_below(prefix):
        inspector.send(inspector.open(waiting.path).form(to=f"{waiting.path}/start"))
    taken = inspector.open("/inspections?state=open").link_below(prefix).path
    return taken, inspector.open("/inspections?state=closed").link_below(prefix).path
