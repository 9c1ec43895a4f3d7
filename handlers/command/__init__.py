"""The command line tool `pdu`. It is not part of any archive."""
