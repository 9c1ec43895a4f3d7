"""Identification, nameplate and lines of Xerus units."""
