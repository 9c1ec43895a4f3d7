"""`pdu supports`: which handler and family read a PDU that is named by model, vendor, brand or
sysObjectID.

`table.py` joins the public names of `pdu/families` with the profiles,
`search.py` answers, `command.py` prints.

Words of these modules: a *name* is a row of the table of models, whose pattern fits many models; a
*class* is a name with places for digits, such as AP8XXX, that a person types for several models; a
word is *compact* if it is in capitals, without blanks, hyphens and the like; it is *generic* if it
names no product, such as `rack`.
"""
