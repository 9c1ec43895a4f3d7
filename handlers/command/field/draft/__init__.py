"""Drafts a profile for an SNMP PDU that no family fits, from its recording. Every proposal shows its evidence and, if there is
one, its doubt. A command is never proposed, because a writable object need not be a command."""
