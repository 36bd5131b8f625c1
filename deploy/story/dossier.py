"""A dossier for a buyer abroad: it says what is missing, and is not issued before that is there."""

from deploy.story.broken import expect
from deploy.story.telling import Storyteller

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
