"""`pdu prove`: records a real unit, makes DCImanager's four calls, and keeps what came back.

`run` makes the calls, `owner_questions` asks what only the owner can see, `document` is the file.
"""
