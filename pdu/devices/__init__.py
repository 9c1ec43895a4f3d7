"""Commands for one kind of device: Raritan, NUT, Redfish, SNMP."""
