"""Serial numbers: issued, printed on labels, told from made-up ones."""

import csv
from io import StringIO

from deploy.story.broken import expect
from deploy.story.telling import Storyteller
from deploy.story.waiting import wait_for

ITEMS = 48
DESIGN = "a4-3x8"
PATIENCE_SECONDS = 30


def farmer_numbers_items(story: Storyteller) -> None:
    """A number for each of some fruits, two sheets of labels from the background, and a scan by a stranger."""
    address = f"{story.lot.page}/items"
    page = story.farmer.send(story.farmer.open(address).form(having="prefix"), {"count": str(ITEMS), "prefix": "HK-"})
    block = page.link_below("/farm/items/")
    listed = story.farmer.download(block.path, kind="text/csv").decode()
    numbers = [row["serial"] for row in csv.DictReader(StringIO(listed))]
    expect(len(set(numbers)) == ITEMS, f"{ITEMS} different serial numbers", got=len(set(numbers)))
    _print_labels(story, block.path.split("/")[3])
    path = f"{story.lot.path}/21/{numbers[0]}"
    genuine = story.stranger().open(f"{path}?lang=en")
    expect("The maker issued this serial number" in genuine.text, "a word that the number is genuine", got=genuine.text)
    made_up = story.stranger().open(f"{story.lot.path}/21/HK-0000000000?lang=en")
    expect("was never issued" in made_up.text, "a warning about a made-up number", got=made_up.text)
    story.say(f"{ITEMS} numbers such as {numbers[0]}; a made-up one is warned of")


def _print_labels(story: Storyteller, block_id: str) -> None:
    """Ask for labels of the whole block, and wait for the file."""
    form = story.farmer.open(f"{story.lot.page}/labels?design={DESIGN}&block={block_id}").form(having="first")
    run = story.farmer.send(form, {"first": "1", "last": str(ITEMS), "copies": "1", "start": "1"})
    file = f"{run.path}/labels.pdf"
    _ready, seconds = wait_for(
        "the file of the print run",
        lambda: any(story.farmer.open(run.path).links_below(file)),
        seconds=PATIENCE_SECONDS,
    )
    pdf = story.farmer.download(file, kind="application/pdf")
    expect(pdf.startswith(b"%PDF-") and b"/Count 2" in pdf, "a PDF of two pages", got=f"{pdf[:8]!r}")
    story.write("items.pdf", pdf)
    story.say(f"two sheets of labels after {seconds:.1f} s")
