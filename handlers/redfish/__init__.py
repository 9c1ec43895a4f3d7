"""PDUs of any vendor with a Redfish service (DMTF DSP0266)."""
