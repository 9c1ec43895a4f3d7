"""The files of `pdu meter`."""
