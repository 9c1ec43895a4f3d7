"""What is supported: the SNMP families, the names under which PDUs are sold, and the evidence, as
tables; an owner's profiles beside them. `pdu supports` searches them: `table.py` has the rows,
`search.py` finds them, `command.py` prints them.
"""
