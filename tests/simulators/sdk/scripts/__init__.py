"""Scripts that use the vendor's SDK.

Each release of the SDK has its own process, which runs script.py.
"""
