"""Tables of SNMP families, the public names of PDUs, and profiles of an owner."""
