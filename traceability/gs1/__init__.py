"""GS1 identifiers, application identifiers and Digital Link URIs: a library in itself, without web or database."""
