"""Tables of diary entries, receipts and plots that people bring: checked first, then written as a whole or not at all."""
