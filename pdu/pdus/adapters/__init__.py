"""What tools ask of a handler besides its four calls. In no archive."""
