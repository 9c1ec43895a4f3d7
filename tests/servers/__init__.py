"""What handlers talk to on 127.0.0.1: relays and small servers, Net-SNMP's snmpd and NUT's upsd,
and `peers`, a simulated PDU for each handler.
"""
