"""The handler for PDUs over SNMP. A family is a value in `profiles/`; one engine reads, meters and switches all families."""
