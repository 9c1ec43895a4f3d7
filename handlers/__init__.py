"""PDU handlers for DCImanager 6; each sub-package with a `handler` and an `about` module becomes an
archive.
"""

VERSION = "5.0.0.dev0"
