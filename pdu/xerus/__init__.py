"""`pdu raritan`, the tool for administrators. Each command except `discover` calls the binding,
handlers/raritan/rpc. The handlers' archives do not contain the tool.

Docstrings count round trips on an open connection. A bulk request takes one for every 300 calls.
"""
