"""PDU handlers for DCImanager 6; each sub-package with a `handler` and an `about` module becomes an
archive.
"""

VERSION = "3.0.0"
