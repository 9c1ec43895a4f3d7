"""Recordings, replay, identification, nameplate and lines of Redfish services."""
