"""Recordings of PDUs over HTTP, of any handler: HAR 1.2, one recorder, one server."""
