"""DMTF's own programs test the simulated Redfish service, in separate processes."""
