"""Raritan, Legrand and Server Technology PDUs with Xerus firmware, over their
JSON-RPC interface.
"""
