"""`pdu rehearse --return`: what happens when power comes back, and how it is shown."""
