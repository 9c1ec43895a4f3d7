"""Tables of SNMP families, and profiles of an owner."""
