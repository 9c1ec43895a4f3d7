"""The drawing as a file: made from CSV and DCIMs, checked against its PDUs; their readings."""
