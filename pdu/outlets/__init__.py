"""Commands for the outlets of one PDU."""
