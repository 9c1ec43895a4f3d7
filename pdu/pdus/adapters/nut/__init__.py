"""What tools ask of the handler `nut`."""
