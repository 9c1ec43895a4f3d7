"""Registers handlers with DCImanager, by the calls of the vendor's page, and uploads archives."""
