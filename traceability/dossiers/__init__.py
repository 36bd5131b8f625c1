"""Export dossiers: everything that a buyer abroad asks for about one shipment, checked, signed and packed."""
