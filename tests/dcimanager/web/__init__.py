"""The stand-in's page for a browser: handlers, PDUs, one PDU, log."""
