"""What any command uses: options, output, errors' exits, files. Knows no PDU."""
