"""The farmer's money: a bank account, a run that two people make, the bank's file, and the statement."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.story.broken import expect
from deploy.story.person import Person
from deploy.story.telling import Storyteller

ACCOUNT_NUMBER = "0101234567890"
TERMS = "/payouts/terms"


def farmer_is_paid_out(story: Storyteller) -> None:
    """The officer drafts, the administrator approves and settles; the statement shows it, the account stays masked."""
    administrator, account = story.administrator, story.account("administrator")
    administrator.sign_in(account.email, account.password)
    form = story.farmer.open("/farm/bank-account").form(having="account_number")
    given = {"bank_bin": "970405", "account_number": ACCOUNT_NUMBER, "holder_name": "Hợp tác xã mẫu"}
    page = story.farmer.send(form, given)
    expect("•••• 7890" in page.text and ACCOUNT_NUMBER not in page.text, "the account masked", got=page.summary)
    with _paying_at_once(administrator):
        drafted = story.officer.send(story.officer.open("/payouts").form(to="/payouts"))
        story.payout_path, number = drafted.path, drafted.heading.split()[-1]
        expect(not drafted.has_form_to(f"{drafted.path}/approve"), "who drafted not to approve", got=drafted.summary)
        approved = administrator.send(administrator.open(drafted.path).form(to=f"{drafted.path}/approve"))
    file = administrator.send_and_stay(approved.form(to=f"{drafted.path}/bank-file.csv"), {})
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    own = [row for row in rows if row["account_number"] == ACCOUNT_NUMBER]
    expect(own and own[0]["content"] == f"CHO NGUON {number}", "the farmer in the bank's file", got=rows)
    settled = administrator.open(drafted.path).form(to=f"{drafted.path}/paid")
    expect("tag-good" in administrator.send(settled).html, "the run to be done", got=drafted.path)
    statement = story.farmer.open("/farm/statement")
    expect(number in statement.text, f"run {number} on the statement", got=statement.summary)
    expect("notice-good" in administrator.open("/ledger").html, "a sound ledger", got="another one")
    story.say(f"run {number}: {len(rows)} payouts, {own[0]['amount_vnd']} VND to the farmer; the ledger is sound")


@contextmanager
def _paying_at_once(administrator: Person) -> Iterator[None]:
    """Terms under which what was shipped a moment ago is payable; then those that were before."""
    form = administrator.open(TERMS).form(having="hold_days")
    before = {name: form.value_of(name) or "" for name in ("weekday", "hold_days", "minimum_vnd")}
    administrator.send(form, {**before, "hold_days": "0", "minimum_vnd": "1000"})
    try:
        yield
    finally:
        administrator.send(administrator.open(TERMS).form(having="hold_days"), before)
