"""One PDU is read once, or switched once; many are read with a pool."""
