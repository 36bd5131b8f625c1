"""What people type to say who they are: an e-mail address or a phone number."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

VIETNAM = 84


def phone_as_read(number: str) -> str:
    """An E.164 number as people here write it: "0912 345 678", foreign ones with their country's code."""
    parsed = phonenumbers.parse(number)
    own = parsed.country_code == VIETNAM
    style = phonenumbers.PhoneNumberFormat.NATIONAL if own else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def normalize_phone(text: str) -> str | None:
    """The phone number in `text` as E.164 ("0912 345 678" → "+84912345678"), or None when it is none.

    Numbers without a country code are read as Vietnamese.
    """
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalize_email(text: str) -> str | None:
    """The e-mail address in `text` in lower case, or None when it is none. Asks no name server."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
