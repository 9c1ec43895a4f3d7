"""PDU handlers for DCImanager 6. Each handler of the table in registry.py becomes an archive."""

VERSION = "5.1.0"
