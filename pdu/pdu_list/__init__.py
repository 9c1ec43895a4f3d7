"""The owner's list of PDUs with its logins, and DCImanager's form of one PDU."""
