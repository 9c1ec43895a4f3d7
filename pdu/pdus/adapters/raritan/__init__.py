"""What tools ask of the handler `raritan`."""
