"""What tools ask of the handler `synlink`."""
