"""EPCIS 2.0 and CBV 2.0 as a library: vocabularies, contexts, validation, event hashes. No Flask, no database."""
