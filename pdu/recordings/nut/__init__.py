"""Recordings, replay, identification, nameplate and lines of NUT devices."""
