"""The EPCIS journal: what happened, when, where and why. It only grows."""
