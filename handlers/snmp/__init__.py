"""Any SNMP PDU: a family is a value in `profiles/`, and one engine reads, meters and switches all of them."""
