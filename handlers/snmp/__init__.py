"""The handler for PDUs over SNMP. Each family of PDUs has a profile in `profiles/`; all families share the same code."""
