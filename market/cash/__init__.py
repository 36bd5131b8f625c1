"""Cash on delivery: who may pay so, what each parcel brings at the door, and what goes back in cash."""
