"""The first page of a producer's attestations."""
