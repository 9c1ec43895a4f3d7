"""Identification, nameplate and lines of SNMP devices."""
