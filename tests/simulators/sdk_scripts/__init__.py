"""Scripts that the vendor's SDK runs against the simulator, each in a process of its own: python -m …"""
