"""Who may see and set up a device: the members of its producer, and administrators."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.sensors.models import SensorDevice


def may_manage(actor: Actor, device: SensorDevice) -> bool:
    """Whether `actor` may see, attach and change `device`, make its tokens and acknowledge its alarms."""
    return may_act_for(actor, device.producer_id)
