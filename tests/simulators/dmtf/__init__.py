"""DMTF's own programs as witnesses of the simulated Redfish service, each in a process of its own."""
