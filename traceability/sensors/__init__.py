"""Sensors: what thermometers and hygrometers of lots and cold boxes say, and alarms when it is too warm or damp."""
