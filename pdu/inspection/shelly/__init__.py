"""The nameplate of Shelly units."""
