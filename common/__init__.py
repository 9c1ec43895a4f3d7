"""Local double of DCImanager's `common` package: the names its public handler page shows, and no others."""
