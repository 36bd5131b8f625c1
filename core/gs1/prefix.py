"""The company prefix that the site issues numbers below."""

from flask import current_app


def company_prefix() -> str:
    """GS1 company prefix of the current application, 4 to 12 digits."""
    prefix: str = current_app.extensions["settings"].gs1_company_prefix
    return prefix
