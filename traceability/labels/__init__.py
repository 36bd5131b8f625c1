"""QR codes and printable labels of lots."""
