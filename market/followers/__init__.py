"""People who follow a producer, and are told when a harvest opens."""
