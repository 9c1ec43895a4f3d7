"""The nameplate of SynLink units."""
