"""`pdu rehearse`: what a failure does, and how it is shown."""
