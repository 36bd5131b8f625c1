"""The stall's part: a placard, an amount, the live screen, and the manager's page."""

import html
import re
import secrets
import time
from urllib.parse import urlsplit

from deploy.story.broken import StoryBroken, expect
from deploy.story.codes import read_svg
from deploy.story.live import OpenScreen
from deploy.story.page import Page
from deploy.story.shopper import GOOD_CARD, card
from deploy.story.telling import Stall, Storyteller, dong, id_in
from deploy.story.waiting import wait_for

SCREEN_SECONDS = 2.0


def stall_opens(story: Storyteller) -> None:
    """The holder signs in; the code of the stall's placard is read."""
    account = story.account("stall holder")
    story.stall_holder.sign_in(account.email, account.password)
    page = story.stall_holder.open("/stalls")
    link = next((link for link in page.links_below("/stalls/") if re.search(r"[0-9a-f-]{36}$", link.path)), None)
    if link is None:
        raise StoryBroken(f"expected a stall of {account.display_name} on /stalls, got {page.summary}")
    stall_id = id_in(link.path)
    address = read_svg(story.stall_holder.download(f"/stalls/{stall_id}/placard.svg", kind="image/svg+xml"))
    expect(address.startswith(f"{story.site_url}/p/"), f"a code that leads to {story.site_url}/p/…", got=address)
    pdf = story.stall_holder.download(f"/stalls/{stall_id}/placard.pdf", kind="application/pdf")
    expect(pdf.startswith(b"%PDF-"), "a placard to print", got=pdf[:8])
    number = account.stall_number or ""
    story.stall = Stall(stall_id, urlsplit(address).path, number, holder="")
    story.say(f"stall {number}: its placard says {address}")


def passer_by_pays(story: Storyteller) -> None:
    """Scans the placard, sees whose it is, types an amount and pays; the open screen shows it in two seconds."""
    passer_by, stall = story.passer_by, story.stall
    page = passer_by.open(stall.pay_path)
    expect(stall.number in page.text, f"stall {stall.number} on the placard's page", got=page.summary)
    expect("(mẫu)" in page.text, "the holder's name on the placard's page", got=page.text[:200])
    story.sale_vnd = 10_000 + 1_000 * secrets.randbelow(90)
    amount = f"{story.sale_vnd:,}".replace(",", ".")
    note = f"2 quả bưởi {secrets.token_hex(2)}"
    with OpenScreen(story.stall_holder, f"{stall.screen}/events") as screen:
        wait_for("the stream to begin", lambda: screen.events, seconds=10)
        hosted = passer_by.send(page.form(having="amount"), {"amount": amount, "note": note})
        sent = time.monotonic()
        answer = passer_by.send_and_stay(hosted.form(having="card_number"), card(GOOD_CARD))
        expect(answer.status_code == 303, "the payment page to lead back", got=answer.status_code)
        receipt = passer_by.open(answer.headers["Location"])
        story.receipt_path, number = receipt.path, _number_on(receipt)
        (came, facts), _waited = wait_for(
            f"sale {number} on the stall's open screen", lambda: screen.sale_of(number), seconds=10
        )
    took = came - sent
    expect(took <= SCREEN_SECONDS, f"the screen to show it within {SCREEN_SECONDS:g} s", got=f"{took:.1f} s")
    expect(_digits(facts["amount"]) == str(story.sale_vnd), f"{amount} on the screen", got=facts)
    expect(amount in receipt.text, f"{amount} on the receipt", got=receipt.summary)
    shown = story.stall_holder.open(stall.screen)
    expect(number in shown.text or amount in shown.text, "the sale on the screen's page", got=shown.summary)
    story.write("stall-receipt.html", receipt.html.encode())
    story.say(f"{dong(story.sale_vnd)} paid as sale {number}; the open screen showed it after {took:.2f} s")


def _number_on(receipt: Page) -> str:
    """The number of the sale: eight signs of the readable alphabet."""
    found = re.findall(r"\b(?=[0-9A-HJKMNP-TV-Z]*\d|[A-HJKMNP-TV-Z]{8}\b)[0-9A-HJKMNP-TV-Z]{8}\b", receipt.text)
    if not found:
        raise StoryBroken(f"expected the number of the sale on the receipt, got {receipt.text[:200]}")
    return str(found[0])


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def manager_sees_takings(story: Storyteller) -> None:
    """Today's takings of every stall, this sale among them."""
    account = story.account("market manager")
    story.manager.sign_in(account.email, account.password)
    page = story.manager.open("/markets")
    expect(re.fullmatch(r"/markets/[a-z0-9-]+/today", page.path), "the manager's own market", got=page.path)
    row = _row_of(page, story.stall)
    own = story.stall_holder.open("/stalls")
    taken = [int(_digits(found)) for found in re.findall(r"[\d.]+(?=\s?₫)", row)]
    expect(taken and max(taken) >= story.sale_vnd, f"at least {dong(story.sale_vnd)} at the stall", got=row)
    expect(dong(max(taken)).split()[0] in own.text, "the same takings on the holder's own page", got=own.text[:200])
    story.say(f"{page.heading}: stall {story.stall.number} took {dong(max(taken))} today")


def _row_of(page: Page, stall: Stall) -> str:
    """The words about one stall, from the link to its screen to the end of its line."""
    found = re.search(rf'href="{re.escape(stall.screen)}".*?</(?:li|tr)>', page.html, re.DOTALL)
    if found is None:
        raise StoryBroken(f"expected stall {stall.number} among the takings, got {page.summary}")
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(found[0])).split())
