"""A local stand-in for DCImanager 6: the documented HTTPS calls, a page for a browser, and handlers in worker processes.

Imports nothing: the programs in this package that are not the stand-in itself would otherwise take twice as long to start.
"""
