#!/usr/bin/env python3
"""Each program has a manual beside its .c, in good mdoc, with the sections that
STYLE asks for."""

import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from house import COLD, HOT, TOP, Tap, main_file, read

SECTIONS = ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'DESCRIPTORS', 'ENVIRONMENT',
    'FILES', 'EXIT STATUS', 'EXAMPLES', 'STANDARDS')
NEEDED = ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'DESCRIPTORS', 'ENVIRONMENT',
    'EXIT STATUS', 'EXAMPLES')


def lint(t, path):
    name = os.path.relpath(path, TOP)
    if not shutil.which('mandoc'):
        t.skip('mandoc -T lint %s' % name, 'mandoc is not installed')
        return
    done = subprocess.run(['mandoc', '-T', 'lint', '-W', 'error', path],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    t.ok(done.returncode == 0, 'mandoc -T lint %s' % name, done.stdout)


def main():
    t = Tap()
    for program in HOT + COLD:
        path = re.sub(r'\.c$', '.8', os.path.join(TOP, main_file(program)))
        name = os.path.relpath(path, TOP)
        if not t.ok(os.path.exists(path), '%s has a manual: %s' % (program,
                name)):
            continue
        lint(t, path)
        text = read(path)
        found = [line.strip('"') for line in re.findall(r'^\.Sh (.*)$', text,
            re.M)]
        t.eq([one for one in NEEDED if one not in found], [],
            '%s has every section' % name)
        order = [one for one in found if one in SECTIONS]
        t.eq(order, sorted(order, key=SECTIONS.index), '%s: in their order' %
            name)
        t.ok(re.search(r'^\.Nm %s$' % re.escape(program), text, re.M) and
            re.search(r'^\.Nd \S', text, re.M), '%s: names the program' % name)
        parts = re.split(r'^\.Sh .*\n', text, flags=re.M)[1:]
        t.eq([one for one, part in zip(found, parts) if not part.strip()],
            [], '%s: no section is empty' % name)
    programs = {os.path.splitext(os.path.basename(main_file(one)))[0]
        for one in HOT + COLD}
    for at, below, names in os.walk(TOP):
        below[:] = [name for name in below if not name.startswith(('.',
            'build')) and name != 'run']
        for name in sorted(names):
            base, section = os.path.splitext(name)
            if re.fullmatch(r'\.[1-8]', section) and base not in programs:
                lint(t, os.path.join(at, name))
    t.done()


main()
