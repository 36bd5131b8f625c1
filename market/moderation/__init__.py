"""What people write for everybody to read: reported by readers, hidden or kept by officers."""
