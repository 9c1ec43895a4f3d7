"""`pdu gateway`: one small HTTP service that reads and switches machines by their outlets.

It builds on the list of PDUs and its readers (fleet), the hall's drawing (hall) and the journal,
and on nothing below them.
"""
