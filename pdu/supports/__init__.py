"""`pdu supports`: which handler and family read a PDU that is named by model, vendor, brand or
sysObjectID. `table.py` has the rows, `search.py` finds them, `command.py` prints them.
"""
