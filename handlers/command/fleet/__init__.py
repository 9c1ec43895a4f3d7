"""Many PDUs at once: `pdu check`, `pdu find` and `pdu exporter`."""
