"""Recordings of one kind of devices."""
