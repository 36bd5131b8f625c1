"""Who may write into the journal."""

from core.accounts import Actor, RoleName

WRITERS = (RoleName.PRODUCER_MEMBER, RoleName.STALL_HOLDER, RoleName.ADMINISTRATOR)


def may_capture(actor: Actor) -> bool:
    """Whether `actor` may capture events at all; whose goods they are about, each use case decides itself."""
    return actor.has_role(*WRITERS)
