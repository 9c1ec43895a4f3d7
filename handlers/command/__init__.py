"""The command line tool `pdu`. The archives of the handlers do not contain it."""
