"""Farm households, cooperatives and companies, and who may act for them."""
