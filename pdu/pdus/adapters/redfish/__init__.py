"""What tools ask of the handler `redfish`."""
