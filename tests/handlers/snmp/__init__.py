"""Tests of the SNMP handler: its parts, its families, and calls on simulated and real agents."""
