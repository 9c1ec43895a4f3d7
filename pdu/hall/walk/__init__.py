"""Power and currents in a hall of any numbers: floats, or intervals. Pure."""
