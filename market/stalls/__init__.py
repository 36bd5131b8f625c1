"""Chợ 4.0: markets, stalls, placards, takings."""
