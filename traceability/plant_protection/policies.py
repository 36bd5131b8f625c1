"""Who may load a list of plant protection."""

from core.accounts import Actor, RoleName


def may_import_lists(actor: Actor) -> bool:
    """Whether `actor` may load a newer list: administrators, and so whoever has the site's command line."""
    return actor.has_role(RoleName.ADMINISTRATOR)
