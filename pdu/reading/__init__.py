"""The door to PDUs: what a command reads of one, or switches, goes through here.

A command calls `parts.read_pdu` for one PDU, `reader_pool.read_all` for many, `open_handler.opened`
to switch, `identification.identify` to learn whether a handler reads an address.
These call `loading`, which makes a handler's object and calls DCImanager's four methods on it,
and `inspection`, which reads in the same session what is beyond them: nameplate, lines, breakers.
`loading` and `inspection` do not know each other, and no command calls `inspection.adapters`.
"""
