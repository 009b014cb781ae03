#!/usr/bin/env python3
"""A layer of lib/ includes only layers before it, and a program's folder only
itself and lib/."""

import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from house import COLD, HOT, TOP, Tap, main_file, read

LAYERS = ['base', 'sys', 'text', 'net', 'mail', 'tls']	# doc/design.md
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)


def folders(top):
    """The folders with C files, by name, but for tests and what is built."""
    found = {}
    for at, below, names in os.walk(top):
        below[:] = [name for name in below if not name.startswith(('.',
            'build')) and name not in ('tests', 'run')]
        files = [name for name in names if name.endswith(('.c', '.h'))]
        if files:
            found[os.path.relpath(at, top)] = sorted(files)
    return found


def wrong_in(top):
    """file: what it includes and may not."""
    wrong = []
    for folder, files in folders(top).items():
        own = folder[4:] if folder.startswith('lib/') else None
        for name in files:
            for include in INCLUDE.findall(read(os.path.join(top, folder,
                    name))):
                layer = include.split('/')[0]
                if '/' not in include:		# beside it
                    good = include in files
                elif layer not in LAYERS or include.count('/') != 1 or \
                        not os.path.exists(os.path.join(top, 'lib', include)):
                    good = False
                elif layer == 'tls':		# keys stay in tls/
                    good = folder in ('tls', 'lib/tls')
                else:
                    good = own is None or own in LAYERS and \
                        LAYERS.index(layer) <= LAYERS.index(own)
                if not good:
                    wrong.append('%s/%s: %s' % (folder, name, include))
    return wrong


PLANTS = [
    ('lib/base/buf.c', '#include "sys/log.h"'),
    ('lib/text/date.h', '#  include "mail/job.h"'),
    ('lib/net/wire.c', '#include "mail/queuefile.h"'),
    ('lib/sys/io.c', '\t#include "text/dot.h"'),
    ('qrunner/scan.c', '#include "qinject/qinject.h"'),
    ('qrunner/scan.c', '#include "../qinject/qinject.h"'),
    ('smtpd-front/data.c', '#include "compile.h"'),
    ('deliver/spawner.c', '#include "runner.h"'),
    ('lib/mail/job.c', '#include "mail/none.h"'),
]


def main():
    t = Tap()
    found = folders(TOP)
    programs = {os.path.dirname(main_file(name)) for name in HOT + COLD}
    t.ok(programs <= set(found) and {'lib/' + layer for layer in LAYERS[:5]} <=
        set(found), 'all folders are looked at', sorted(found))
    t.eq(wrong_in(TOP), [], 'no include goes up or across')
    with tempfile.TemporaryDirectory(prefix='correo-house.') as top:
        for folder, files in found.items():
            os.makedirs(os.path.join(top, folder))
            for name in files:
                shutil.copyfile(os.path.join(TOP, folder, name),
                    os.path.join(top, folder, name))
        for path, line in PLANTS:
            at = os.path.join(top, path)
            text = read(at)
            with open(at, 'a') as f:
                f.write(line + '\n')
            t.eq(len(wrong_in(top)), 1, 'planted in %s, found: %s' % (path,
                line.replace('#', '').strip()))
            with open(at, 'w') as f:
                f.write(text)
    t.done()


main()
