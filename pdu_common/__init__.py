"""Local double of DCImanager's `pdu_common` package: the names its public handler page shows, and no others."""
