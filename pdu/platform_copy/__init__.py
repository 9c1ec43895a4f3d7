"""Looks at an owner's copy of DCImanager's project, and runs handlers in it on simulated PDUs."""
