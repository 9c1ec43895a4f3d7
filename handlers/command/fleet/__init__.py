"""Many PDUs at once. `pdu check`, `pdu find` and `pdu exporter` share the list, the file of logins and the poll."""
