"""`pdu handler`: checks a handler that anybody wrote against the vendor's page."""
