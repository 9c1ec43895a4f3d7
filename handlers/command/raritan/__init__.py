"""`pdu raritan`, the tool for administrators. Each command is a few calls of the binding. No archive contains it."""
