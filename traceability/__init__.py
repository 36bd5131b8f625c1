"""What happened to it: lots, events, codes and the public record."""
