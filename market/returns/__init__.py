"""Returns and complaints: what a buyer says about goods that came, what the producer answers, what the site decides.

Not to be confused with `market/disputes`, where a buyer's bank takes money back.
"""
