"""Local double of DCImanager's package `common`, with names from the vendor's public page about
handlers.

`pdu_common/__init__.py` explains what KNOWN, INFERRED and UNKNOWN mean in docstrings.
"""
