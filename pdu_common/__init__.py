"""Local double of DCImanager's package `pdu_common`.

Docstrings mark facts by their source. KNOWN: the vendor's public page about handlers shows it.
INFERRED: it follows from that page. UNKNOWN: it is not public, and this double makes a choice. The
page:
https://www.ispsystem.com/docs/dcimanager-admin/developer-section/handlers/creating-a-pdu-handler
"""
