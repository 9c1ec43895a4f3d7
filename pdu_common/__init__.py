"""Local double of DCImanager's package `pdu_common`. Docstrings mark names that are not on the vendor's page."""
