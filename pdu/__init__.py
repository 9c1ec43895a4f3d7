"""The command `pdu`. No archive contains it."""
