"""Many PDUs at once: `pdu check`, `pdu find` and `pdu exporter` share one list, one file of logins and one way to poll."""
