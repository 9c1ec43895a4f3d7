"""Power and currents in a hall, between bounds. Pure."""
