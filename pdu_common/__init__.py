"""Local double of DCImanager's package `pdu_common`.

In docstrings KNOWN is what the vendor's public page about handlers shows, INFERRED what follows from it, and UNKNOWN what this
double had to choose.
"""
