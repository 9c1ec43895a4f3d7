"""`pdu meter`: readings of many PDUs in daily files that nobody can change unseen."""
