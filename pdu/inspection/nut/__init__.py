"""Identification, nameplate and lines of NUT devices."""
