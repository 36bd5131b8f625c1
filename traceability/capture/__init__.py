"""Events from outside into the journal: documents captured as jobs, single events at once, files by command."""
