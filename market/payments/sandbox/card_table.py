"""Stripe's test cards: whose each is, and how its bank behaves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Decline:
    """Why the bank says no: Stripe's error code, and for `card_declined` the bank's own reason."""

    code: str
    decline_code: str | None = None


class RefundBehaviour(StrEnum):
    """How the bank takes money back on a card."""

    AT_ONCE = "at_once"
    LATER = "later"
    FAILS_LATER = "fails_later"


@dataclass(frozen=True)
class KnownCard:
    """One number of the table: whose it is, and how its bank behaves.

    `dispute` is the reason for which its owner disputes every payment at once; an `inquiry` only asks. `risk` is the
    level that the charge gets; what is "highest" is not refused for it, as by Stripe without a rule of the account.
    """

    number: str
    brand: str
    decline: Decline | None = None
    needs_authentication: bool = False
    refunds: RefundBehaviour = RefundBehaviour.AT_ONCE
    dispute: str | None = None
    inquiry: bool = False
    funding: str = "credit"
    country: str = "US"
    risk: str = "normal"


AUTHENTICATION_FAILED = Decline("payment_intent_authentication_failure")
NOT_A_TEST_CARD = Decline("card_declined", "test_mode_live_card")

TEST_CARDS: tuple[KnownCard, ...] = (
    KnownCard("4242424242424242", "visa"),
    KnownCard("5555555555554444", "mastercard"),
    KnownCard("3566002020360505", "jcb"),
    KnownCard("378282246310005", "amex"),
    KnownCard("4000000000000002", "visa", Decline("card_declined", "generic_decline")),
    KnownCard("4000000000009995", "visa", Decline("card_declined", "insufficient_funds")),
    KnownCard("4000000000009987", "visa", Decline("card_declined", "lost_card")),
    KnownCard("4000000000009979", "visa", Decline("card_declined", "stolen_card")),
    KnownCard("4000000000006975", "visa", Decline("card_declined", "card_velocity_exceeded")),
    KnownCard("4100000000000019", "visa", Decline("card_declined", "fraudulent")),
    KnownCard("4000000000000341", "visa", Decline("card_declined", "generic_decline")),
    KnownCard("4000000000000101", "visa", Decline("incorrect_cvc", "incorrect_cvc")),
    KnownCard("4000000000000069", "visa", Decline("expired_card", "expired_card")),
    KnownCard("4000000000000127", "visa", Decline("incorrect_cvc", "incorrect_cvc")),
    KnownCard("4000000000000119", "visa", Decline("processing_error", "processing_error")),
    KnownCard("4000002500003155", "visa", needs_authentication=True),
    KnownCard("4000002760003184", "visa", needs_authentication=True),
    KnownCard("4000000000003220", "visa", needs_authentication=True),
    KnownCard("4000008400001629", "visa", Decline("card_declined", "generic_decline"), needs_authentication=True),
    KnownCard("4000008260003178", "visa", Decline("card_declined", "insufficient_funds"), needs_authentication=True),
    KnownCard("4000000000007726", "visa", refunds=RefundBehaviour.LATER),
    KnownCard("4000000000005126", "visa", refunds=RefundBehaviour.FAILS_LATER),
    KnownCard("4000000000000259", "visa", dispute="fraudulent"),
    KnownCard("4000000000002685", "visa", dispute="product_not_received"),
    KnownCard("4000000000001976", "visa", dispute="fraudulent", inquiry=True),
)

MORE_TEST_CARDS: tuple[KnownCard, ...] = (
    KnownCard("4000056655665556", "visa", funding="debit"),
    KnownCard("2223003122003222", "mastercard"),
    KnownCard("5200828282828210", "mastercard", funding="debit"),
    KnownCard("5105105105105100", "mastercard", funding="prepaid"),
    KnownCard("371449635398431", "amex"),
    KnownCard("6011111111111117", "discover"),
    KnownCard("6011000990139424", "discover"),
    KnownCard("6011981111111113", "discover", funding="debit"),
    KnownCard("3056930009020004", "diners"),
    KnownCard("36227206271667", "diners"),
    KnownCard("6555900000604105", "discover"),
    KnownCard("6200000000000005", "unionpay"),
    KnownCard("6200000000000047", "unionpay", funding="debit"),
    KnownCard("6205500000000000004", "unionpay"),
    KnownCard("4000000360000006", "visa", country="AU"),
    KnownCard("4000001560000002", "visa", country="CN"),
    KnownCard("4000003440000004", "visa", country="HK"),
    KnownCard("4000003560000008", "visa", country="IN"),
    KnownCard("4000003920000003", "visa", country="JP"),
    KnownCard("3530111333300000", "jcb", country="JP"),
    KnownCard("4000004580000002", "visa", country="MY"),
    KnownCard("4000005540000008", "visa", country="NZ"),
    KnownCard("4000007020000003", "visa", country="SG"),
    KnownCard("4000001580000008", "visa", country="TW"),
    KnownCard("4000007640000003", "visa", country="TH"),
    KnownCard("4000057640000008", "visa", country="TH", funding="debit"),
    KnownCard("4000000000004954", "visa", risk="highest"),
    KnownCard("4000000000009235", "visa", risk="elevated"),
    KnownCard("4000058400307872", "visa", Decline("incorrect_cvc", "incorrect_cvc"), risk="elevated"),
    KnownCard("4000058400306072", "visa", risk="elevated"),
    KnownCard("4000000000000010", "visa"),
    KnownCard("4000000000000028", "visa"),
    KnownCard("4000000000000036", "visa"),
    KnownCard("4000000000000044", "visa"),
    KnownCard("4000003800000446", "visa", needs_authentication=True),
    KnownCard("4000000000003055", "visa"),
    KnownCard("4000000000003097", "visa"),
    KnownCard("4000008400001280", "visa", Decline("card_declined", "generic_decline")),
    KnownCard("4000000404000079", "visa", dispute="fraudulent"),
    KnownCard("4000000404000038", "visa", dispute="fraudulent"),
    KnownCard("4000008400000779", "visa", dispute="noncompliant"),
    KnownCard("4000000000005423", "visa"),
    KnownCard("4000000000000077", "visa"),
    KnownCard("4000003720000278", "visa", country="IE"),
)
"""The rest of Stripe's table, as far as it is about payments on a hosted page: brands, countries, risk, checks of the
address (which nobody asks for here), 3-D Secure that is not asked for, special disputes, funds at once."""

BY_NUMBER = {card.number: card for card in TEST_CARDS + MORE_TEST_CARDS}
