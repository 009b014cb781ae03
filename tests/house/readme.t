#!/usr/bin/env python3
"""Each program's folder has a README.md that answers five things in a screen,
and every file that a README links to is there."""

import os
import re
import sys

sys.dont_write_bytecode = True
from house import COLD, HOT, TOP, Tap, main_file, read

FIVE = ['started by', 'reads', 'writes', 'runs as', 'exits']
SCREEN = 50		# lines


def main():
    t = Tap()
    for folder in sorted({os.path.dirname(main_file(program))
            for program in HOT + COLD}):
        path = os.path.join(TOP, folder, 'README.md')
        if not t.ok(os.path.exists(path), folder + ' has a README.md'):
            continue
        text = read(path)
        found = re.findall(r'^##+ +(.*?) *$', text, re.M)
        t.eq([one.lower() for one in found if one.lower() in FIVE], FIVE,
            folder + '/README.md answers the five')
        parts = re.split(r'^##+ .*\n', text, flags=re.M)[1:]
        t.eq([one for one, part in zip(found, parts) if not part.strip()], [],
            folder + '/README.md: none is empty')
        t.ok(text.count('\n') <= SCREEN, folder + '/README.md fits on a screen')
        programs = [program for program in HOT + COLD
            if os.path.dirname(main_file(program)) == folder]
        t.eq([program for program in programs if program not in text], [],
            folder + '/README.md names each program')
    gone = []
    for at, below, names in os.walk(TOP):
        below[:] = [name for name in below if not name.startswith(('.',
            'build')) and name != 'run']
        for name in names:
            if name.endswith('.md'):
                for link in re.findall(r'\]\(([^)#:\s]+)\)', read(os.path.join(
                        at, name))):
                    if not os.path.exists(os.path.join(at, link)):
                        gone.append('%s: %s' % (os.path.relpath(os.path.join(
                            at, name), TOP), link))
    t.eq(gone, [], 'every link in a README or in doc/ leads to a file')
    t.done()


main()
