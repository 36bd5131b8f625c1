"""Named queries, and subscriptions to them that are delivered to an address of the subscriber (EPCIS 2.0 §8.2)."""
