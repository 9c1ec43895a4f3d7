"""One PDU: status, on, off, cycle."""
