"""Finding products: one interface, tantivy in the embedded profile, Elasticsearch in production."""
