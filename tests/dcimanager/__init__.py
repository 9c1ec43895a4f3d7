"""A local stand-in for DCImanager 6: its HTTPS calls for handlers, a page for a browser, and handlers in worker processes.

Imports nothing, so that the processes of `simulated.py` start faster.
"""
