"""Recordings of NUT devices: the format, the scrubber, the server."""
