"""A local stand-in for DCImanager 6: the documented HTTPS calls, a page for a browser, and handlers in worker processes.

Imports nothing: each simulated PDU, a process of `simulated.py`, would otherwise take almost twice as long to start.
"""
