"""A producer corrects the record of a lot: what was written stays, and beside it stands what is right."""
