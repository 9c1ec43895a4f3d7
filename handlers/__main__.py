"""`python -m handlers`, or this folder run by its path: starts `python -m pdu`, for one release."""

import os
import sys

if not __package__:  # run by path; a link may have another name
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

from pdu.start import program

if __name__ == "__main__":
    program()
