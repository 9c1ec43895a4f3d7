"""What the products share: the command line, files and the network."""
