"""The command `pdu`: what an administrator types. No archive holds it."""
