"""SNMP: recordings as .snmprec and as the text of snmpwalk, and an agent that answers from them."""
