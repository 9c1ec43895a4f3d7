"""Redfish: the resources of a PDU in a file, and a service that answers from them."""
