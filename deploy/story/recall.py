"""A recall of what the season brought: rehearsed, proposed, approved and heard of"""

import re

from deploy.story.broken import StoryBroken, expect
from deploy.story.page import Page
from deploy.story.shopper import pay_for_pieces
from deploy.story.telling import Storyteller, id_in
from deploy.story.waiting import wait_for

MAIL_SECONDS = 40
BOUGHT = 2
DANGER = "2"
NOTICE_VI = "Không ăn bưởi của lô này. Mang trả nơi mua để nhận lại tiền."
NOTICE_EN = "Do not eat pomelos of this lot. Bring them back to where you bought them and get your money back."


def guest_gets_mixed_lot(story: Storyteller) -> None:
    """A guest buys fruits of the season, and the farmer sends them out of the mixed lot."""
    guest, email = story.stranger(), f"season-{story.buyer_email}"
    order_path = pay_for_pieces(guest, story.season.product.path, pieces=BOUGHT, email=email)
    number = guest.open(order_path).heading.split()[-1]
    page = story.farmer.open("/farm/orders")
    link = next((link for link in page.links_below("/farm/orders/") if link.words == number), None)
    if link is None:
        raise StoryBroken(f"expected order {number} among the parcels to pack, got {page.summary}")
    form = story.farmer.open(link.path).form(to=f"{link.path}/pack")
    lots = dict.fromkeys((name for name in form.names if name.startswith("lot_")), str(story.season.mixed.id))
    parcel = story.farmer.send(form, lots)
    parcel = story.farmer.send(parcel.form(to=f"{link.path}/ship"))
    expect(not parcel.has_form_to(f"{link.path}/ship"), "the parcel to be on its way", got=parcel.summary)
    story.season.buyer_email = email
    story.say(f"order {number}: {BOUGHT} fruits of lot {story.season.mixed.number} are on their way")


def mock_recall_accounts_for_all(story: Storyteller) -> None:
    """From one harvest lot: what it became, where it is, and every gram accounted for."""
    farmer, first = story.farmer, story.season.lots[0]
    address = f"/farm/recalls/trace?from=lot&id={first.id}"
    traced = farmer.open(address)
    expect(story.season.mixed.number in traced.text, "the mixed lot in the trace", got=traced.text)
    report = farmer.send(traced.form(to="/farm/recalls/trace"))
    expect(report.path.startswith("/farm/recalls/mocks/"), "the report of the mock recall", got=report.path)
    share = re.search(r"([\d.,]+) %", report.text)
    expect(share and share[1] == "100", "100 % accounted for", got=report.text)
    story.season.mock_path = report.path
    story.say(f"mock recall of lot {first.number}: 100 % accounted for ({story.site_url}{report.path})")


def recall_is_approved(story: Storyteller) -> None:
    """The farmer proposes it; it holds once the province's officer says yes."""
    first = story.season.lots[0]
    form = story.farmer.open(f"/farm/recalls/new?from=lot&id={first.id}").form(having="notice_vi")
    words = {"reason": "Kiểm nghiệm lại thấy dư lượng (mẫu)", "notice_vi": NOTICE_VI, "notice_en": NOTICE_EN}
    page = story.farmer.send(form, {"recall_class": DANGER, **words})
    story.season.recall_path = page.path
    expect(NOTICE_VI not in story.stranger().open(story.season.mixed.link).text, "no public word before it is approved")
    account = story.account("province officer")
    story.officer.sign_in(account.email, account.password)
    proposal = story.officer.open(page.path)
    decision = f"{page.path}/decision"
    decided = story.officer.send(proposal.form(to=decision), {"decision": "approve"})
    expect(not decided.has_form_to(decision), "the recall to be decided", got=decided.summary)
    story.season.recall_page = decided.link_below("/recalls/").path
    story.say(f"recall {id_in(page.path)} proposed by the farmer, approved by the officer")


def recall_reaches_buyer(story: Storyteller) -> None:
    """The record warns, the recall has a page of its own, the buyer a mail."""
    season, stranger = story.season, story.stranger()
    record = stranger.open(season.mixed.link)
    expect(NOTICE_VI in record.text, "the notice on the record", got=record.text)
    record.link_below(season.recall_page)
    public = stranger.open(f"{season.recall_page}?lang=en")
    expect(NOTICE_EN in public.text and season.mixed.number in public.text, "the recall's page", got=public.text)
    story.say(f"the record of lot {season.mixed.number} warns; {story.site_url}{season.recall_page}")
    story.write("season-recall.html", public.html.encode())
    if stranger.ask("GET", "/mailbox").status_code == 404:
        story.say("this site has a mail server, so its mails cannot be read here")
        return
    mail, waited = wait_for(
        f"a mail about the recall to {season.buyer_email}", lambda: _warning(story), seconds=MAIL_SECONDS
    )
    story.say(f"mail “{mail.heading}” to {season.buyer_email} after {waited:.1f} s")


def _warning(story: Storyteller) -> Page | None:
    """The mail that tells the season's buyer of the recall."""
    for link in story.stranger().open("/mailbox").links_below("/mailbox/"):
        if story.season.buyer_email in link.words:
            mail = story.stranger().open(link.path)
            if NOTICE_VI in mail.text or NOTICE_EN in mail.text:
                return mail
    return None
