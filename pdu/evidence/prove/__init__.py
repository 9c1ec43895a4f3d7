"""`pdu prove`: records a real unit, makes DCImanager's four calls, and keeps what came back.

`run` makes the calls, `document` is the file.
"""
