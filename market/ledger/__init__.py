"""Double-entry ledger of every dong."""
