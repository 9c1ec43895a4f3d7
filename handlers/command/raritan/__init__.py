"""`pdu raritan`, the tool for administrators. Each command is a few calls of the binding. No archive contains it.

Docstrings count round trips on an open connection. A bulk call of more than 300 calls costs one more for each further 300.
"""
