"""What tools ask of the handler `snmp`."""
