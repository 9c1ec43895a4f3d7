"""The name that DCImanager shows, and the protocol of its form: snmp or custom."""

SHOWN = "Volt PDUs"
PROTOCOL = "custom"
