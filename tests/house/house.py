"""What the house tests share: what the Makefile says of programs."""

import os
import re
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), 'chain'))
from correo import BIN, TOP, Tap, skip_all	# noqa: for the tests


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def makefile(name):
    """The words of a variable of the Makefile, as written."""
    text = read(os.path.join(TOP, 'Makefile')).replace('\\\n', ' ')
    found = re.search(r'^%s = (.*)$' % re.escape(name), text, re.M)
    return found.group(1).split() if found else []


HOT, COLD = makefile('HOT'), makefile('COLD')


def main_file(program):
    """The program's file with main(): the first of its sources."""
    return makefile(program + '_SRC')[0]
