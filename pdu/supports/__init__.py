"""`pdu supports`: which handler and family read a PDU that is named by model, vendor, brand or
sysObjectID.

`model_names.csv` and `brands.csv` are the public names, `table.py` joins them with the profiles,
`search.py` answers, `command.py` prints.
"""
