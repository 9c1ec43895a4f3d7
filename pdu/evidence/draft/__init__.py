"""Drafts a profile for an SNMP PDU that no family fits, from guesses based on its recording. Each
guess has its evidence and, if it is doubtful, the reason. No command is proposed, because a
writable object need not be a command."""
