"""Two handlers read one PDU, side by side."""
