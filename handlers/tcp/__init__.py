"""Line protocols over TCP: one connection, and the handler of a PDU whose codec yields lines."""
