"""What named queries and subscriptions refuse; `exception` is the name of the standard (EPCIS 2.0 §8.2.6)."""

from core.errors import AppError, Conflict, NotFound
from core.i18n import lazy_gettext as _l


class QueryNameTaken(Conflict):
    """The owner has a query of this name already; a named query never changes."""

    exception = "ResourceAlreadyExistsException"
    default_message = _l("You have a query of this name already.")


class QueryInvalid(AppError):
    """What was sent is no named query: `field` is the member that is wrong."""

    exception = "ValidationException"
    default_message = _l("This is not a query.")


class SubscriptionInvalid(AppError):
    """Subscription controls that make no sense; `field` is the member."""

    exception = "SubscriptionControlsException"
    default_message = _l("This is not a subscription.")


class SubscribeNotPermitted(AppError):
    """The query limits how many events it gives, so there is nothing to deliver one after the other."""

    exception = "SubscribeNotPermittedException"
    default_message = _l("A query that limits the number of its events cannot be subscribed to.")


class NoSuchQuery(NotFound):
    """No query of this name, or not the caller's."""

    exception = "NoSuchNameException"


class NoSuchSubscription(NotFound):
    """No such subscription, or not the caller's."""

    exception = "NoSuchNameException"
