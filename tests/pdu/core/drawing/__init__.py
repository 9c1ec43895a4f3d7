"""What any command uses."""
