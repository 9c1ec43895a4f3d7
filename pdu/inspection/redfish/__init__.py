"""Identification, nameplate and lines of Redfish services."""
