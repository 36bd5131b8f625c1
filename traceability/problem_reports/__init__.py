"""Problems that people who hold a product report from its public record, and what is answered."""
