"""NUT (Network UPS Tools): the devices of a NUT server as DCImanager PDUs, and a client for
administrators.
"""
