"""DMTF's own programs test the simulated Redfish service, each in a separate process."""
