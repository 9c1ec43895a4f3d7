"""NUT (Network UPS Tools): whatever a NUT server drives becomes a DCImanager PDU, and a client for administrators."""
