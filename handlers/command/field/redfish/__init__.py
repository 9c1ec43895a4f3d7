"""Redfish: recorded resources of PDUs, and a service that answers from them."""
