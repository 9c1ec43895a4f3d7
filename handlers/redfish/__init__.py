"""PDUs with a Redfish service (DMTF DSP0266): rack PDUs of any vendor that follow the standard."""
