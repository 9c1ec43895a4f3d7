"""`pdu meter` and `pdu energy verify`."""
