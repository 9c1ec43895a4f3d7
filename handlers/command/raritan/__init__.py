"""`pdu raritan`, the tool for administrators. Each command except `discover` is a few calls of the binding. No archive contains
the tool.

Docstrings count round trips on an open connection. A bulk request takes one for every 300 calls.
"""
