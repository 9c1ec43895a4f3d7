"""Objects in A, W and kWh of the families' MIBs that no figure reads."""
