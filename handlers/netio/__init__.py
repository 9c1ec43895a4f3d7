"""NETIO PowerPDUs over their JSON API."""
