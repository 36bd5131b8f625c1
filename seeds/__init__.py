"""The demo world: real products of Hà Tĩnh with invented producers, deterministic, at any scale."""
