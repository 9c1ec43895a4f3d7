"""What the products share: the command line, PDUs, the drawing, machines, the web server."""
