"""Compares the two ways to read a unit over SNMP: one object with each request, as DCImanager does,
and several, as the command does.
"""
