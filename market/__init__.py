"""Who sells and who pays."""
