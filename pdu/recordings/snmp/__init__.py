"""Recordings of SNMP devices: the formats, the scrubber, the agent."""
