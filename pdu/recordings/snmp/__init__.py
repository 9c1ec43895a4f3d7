"""Recordings, replay, identification, nameplate and lines of SNMP devices."""
