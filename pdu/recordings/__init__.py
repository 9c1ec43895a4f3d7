"""Recordings of devices: made, scrubbed, served, and what they say of a family."""
