"""What every page and API shares: access, headers, paging, navigation, health, live streams."""

from core.web.access import public, roles, secret_link, signed_in
from core.web.navigation import NavigationItem, add_navigation
from core.web.paging import Page, paginate
from core.web.sign_in_reasons import SignInReason, add_sign_in_reasons

__all__ = [
    "NavigationItem",
    "Page",
    "SignInReason",
    "add_navigation",
    "add_sign_in_reasons",
    "paginate",
    "public",
    "roles",
    "secret_link",
    "signed_in",
]
