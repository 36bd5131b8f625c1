"""What every page and API shares: access, headers, paging, navigation, health, live streams."""

from core.web.access import public, roles, secret_link, signed_in
from core.web.navigation import NavigationItem, add_navigation
from core.web.paging import Page, paginate

__all__ = ["NavigationItem", "Page", "add_navigation", "paginate", "public", "roles", "secret_link", "signed_in"]
