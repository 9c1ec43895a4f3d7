"""Drafts a profile for an SNMP PDU that no family fits, from its recording. Guesses have evidence
and may have a doubt. No command is proposed, because a writable object need not be a command."""
