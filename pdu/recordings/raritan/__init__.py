"""Recordings, replay, identification, nameplate and lines of Xerus units."""
