"""Simulated PDUs, by protocol. They import nothing of the handlers, so that they share no bug with
them; `peers` alone knows the handlers' names.

snmp_agent      an SNMP agent, and the devices that it serves
snmp_units      a unit of each SNMP family, as rows with the readings and writes that are right
nut_server      a NUT server
redfish         a Redfish service
xerus           a Xerus PDU over JSON-RPC
netio, jaws, …  each other PDU over HTTP, a module; they share `unit_pdu` and `unit_servers`
peers           for each handler a simulated PDU, and DCImanager's form for it
dmtf, sdk       DMTF's validators and the vendor's SDK try the simulated PDUs

`python -m tests.simulators` (`make fleet`) runs one PDU of each handler.
"""
