"""SNMP in two steps: tables of a device are read, then plain functions decode them."""
