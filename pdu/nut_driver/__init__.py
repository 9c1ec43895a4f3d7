"""`pdu nut-driver`: the PDUs of a list behind NUT's upsd, as their driver.

`driver_protocol` is the driver socket protocol and `nut_variables` what upsd sees of a reading,
both pure. `unit` reads and switches one PDU in a thread, `server` answers on its socket.
"""
