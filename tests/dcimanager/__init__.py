"""A local stand-in for DCImanager 6: the HTTPS calls to register and upload handlers, a page for a
browser, and workers.

Imports nothing, so that the processes of `simulated.py` start faster.
"""
