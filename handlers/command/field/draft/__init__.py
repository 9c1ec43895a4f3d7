"""A profile for an SNMP PDU that no family fits, from its recording: tables, columns and what they look like, each with its
evidence and its doubt. A command is never proposed: that an object can be written proves nothing."""
