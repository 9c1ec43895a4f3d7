"""`pdu supports`: which handler and family read a PDU that is named by model, vendor, brand or
sysObjectID.

`table.py` joins the public names of `pdu/families` with the profiles,
`search.py` answers, `command.py` prints.
"""
