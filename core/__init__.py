"""The kernel every feature stands on. Knows nothing of fruit, markets or payments."""
