"""The production diary: plots and what is done on them."""
