"""What the products share: the command line, files, the network, the web server."""
