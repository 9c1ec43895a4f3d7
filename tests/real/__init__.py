"""Real programs that tests run: Net-SNMP's snmpd, NUT's upsd, and Raritan's SDK."""
