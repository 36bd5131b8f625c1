"""A dossier for a buyer abroad: it says what is missing, and is not issued before that is there."""

import secrets
from datetime import timedelta

from deploy.story.broken import expect
from deploy.story.telling import Storyteller, id_in
from deploy.story.waiting import wait_for

PATIENCE_SECONDS = 40
EXPORT_KILOGRAMS = "44"
GAPS = ("Hãy chọn cơ sở đóng gói", "không có mã số vùng trồng")


def dossier_names_gaps(story: Storyteller) -> None:
    """A lot that is in no recall goes onto the packing list; what is missing stands there in words."""
    farmer, season = story.farmer, story.season
    form = farmer.open("/farm/dossiers/new").form(having="buyer")
    page = farmer.send(form, {"buyer": "Nhà nhập khẩu (mẫu)", "market": "CN"})
    season.dossier_path = page.path
    line = {"lot_id": str(season.export.id), "weight": EXPORT_KILOGRAMS}
    page = farmer.send(page.form(to=f"{page.path}/lines"), line)
    expect(season.export.number in page.text, "the lot on the packing list", got=page.text)
    for words in GAPS:
        expect(words in page.text, f"“{words}” among what is missing", got=page.text)
    expect(not page.has_form_to(f"{page.path}/issue"), "no button to issue it yet", got=page.summary)
    story.say(f"the dossier for lot {season.export.number} names its gaps: packing house, planting area code")


def withdrawn_dossier(story: Storyteller) -> str:
    """The page of a second dossier of the same goods that was issued, and withdrawn for the name of its buyer."""
    farmer, season = story.farmer, story.season
    form = farmer.open("/farm/dossiers/new").form(having="buyer")
    house = farmer.open(f"{season.dossier_path}/edit").form(having="packing_house_id").value_of("packing_house_id")
    begun = {"buyer": "Nhà nhập khẩu ghi nhầm tên (mẫu)", "market": "CN", "packing_house_id": house or ""}
    page = farmer.send(form, begun)
    path = page.path
    page = farmer.send(page.form(to=f"{path}/lines"), {"lot_id": str(season.export.id), "weight": "10"})
    farmer.send(page.form(to=f"{path}/issue"))
    wait_for(
        "the second dossier to be built",
        lambda: farmer.open(path).has_form_to(f"{path}/withdrawal"),
        seconds=PATIENCE_SECONDS,
    )
    reason = {"reason": "Ghi nhầm tên người mua (mẫu)."}
    return farmer.send(farmer.open(path).form(to=f"{path}/withdrawal"), reason).path


def dossier_is_issued(story: Storyteller) -> None:
    """The farmer enters what was missing; the dossier is built, signed and given out."""
    farmer, season = story.farmer, story.season
    _enter_planting_area_code(story)
    house = _enter_packing_house(story)
    edit = farmer.open(f"{season.dossier_path}/edit").form(having="packing_house_id")
    page = farmer.send(edit, {"packing_house_id": house})
    for words in GAPS:
        expect(words not in page.text, f"“{words}” no longer missing", got=page.text)
    farmer.send(page.form(to=f"{season.dossier_path}/issue"))
    address = f"{season.dossier_path}/dossier.pdf"
    _ready, waited = wait_for(
        "the dossier to be built",
        lambda: any(farmer.open(season.dossier_path).links_below(address)),
        seconds=PATIENCE_SECONDS,
    )
    pdf = farmer.download(address, kind="application/pdf")
    expect(pdf.startswith(b"%PDF-") and b"/ByteRange" in pdf, "a signed PDF", got=pdf[:8])
    story.write("dossier.pdf", pdf)
    story.write("dossier.zip", farmer.download(f"{season.dossier_path}/dossier.zip", kind="application/zip"))
    story.say(f"with both entered it was built and signed after {waited:.1f} s")


def _valid(story: Storyteller) -> dict[str, str]:
    """A year around today."""
    days = timedelta(days=180)
    return {
        "valid_from": (story.today - days).isoformat(),
        "valid_until": (story.today + days).isoformat(),
        "issuer": "Cơ quan cấp mã số (mẫu)",
    }


def _enter_planting_area_code(story: Storyteller) -> None:
    form = story.farmer.open(f"/farm/diary/plots/{story.season.plot_id}/codes/new").form(having="issuer")
    code = f"CN-MAU-{secrets.token_hex(3).upper()}"
    page = story.farmer.send(form, {"code": code, "market": "CN", **_valid(story)})
    expect(code in page.text, f"the code {code} on the plot's page", got=page.summary)


def _enter_packing_house(story: Storyteller) -> str:
    """The id of a packing house with a code for China."""
    address = "/farm/attestations/packing-houses/"
    form = story.farmer.open(f"{address}new").form(having="commune_code")
    page = story.farmer.send(form, {"name": f"Cơ sở đóng gói {story.season.product.garden} (mẫu)"})
    house = id_in(page.path)
    form = page.form(having="issuer")
    code = f"PH-MAU-{secrets.token_hex(3).upper()}"
    page = story.farmer.send(form, {"code": code, "market": "CN", **_valid(story)})
    expect(code in page.text, f"the code {code} on the packing house's page", got=page.summary)
    return str(house)
