#!/usr/bin/env python3
"""A report of what was not delivered, as mutt shows it: its words, its parts."""

import os
import re
import sys

sys.dont_write_bytecode = True
from clients import *

# Keys: display and decode as on the screen, but into a file; the list of parts.
RC = '''set quit=yes
set move=no
set wait_key=no
set pipe_decode=yes
set pipe_decode_weed=yes
set attach_format="%%n %%m/%%M %%.7e %%C %%d"
'''
HEADER = ('Subject: Gr\u00fc\u00dfe\nFrom: Alice <alice@example.org>\n'
    'To: nobody\nMessage-ID: <1@example.org>\n').encode()


def seen(t, i, top, name, user):
    """What mutt shows of the one message in the user's mailbox, and of the list
    of its parts."""
    need('mutt')
    home = Home(top, name)
    rc, box = home.write('rc', RC), home.maildir('box')
    home.folder('Mail')
    files = i.arrived(user)
    if not t.eq(len(files), 1, '%s: a report comes' % name):
        raise RuntimeError('\n'.join(i.log()[-10:]))
    home.write('box/new/1.1.x', read(files[0]))
    shown = home.at('shown')
    code, said = home.on_terminal(['mutt', '-n', '-F', rc, '-f', box],
        (b'Msgs:1', b'|'), (b'Pipe', b'cat >%s\r' % shown.encode()),
        (b'Msgs:1', b'v'), (b'text/rfc822-headers', b'q'), (b'Msgs:1', b'q'))
    t.eq(code, 0, '%s: mutt opens it' % name) or t.ok(False, 'it said', said)
    i.empty()
    return read(shown).decode(), said


def failed(t, i, top):
    gone = i.address('nobody-of-that-name')
    i.inject(i.address('alice'), gone, HEADER + b'\nText.\n')
    text, screen = seen(t, i, top, 'failed', 'alice')
    print(text); print(repr(screen))


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in failed,:
            t.run(case, i, top)
    t.done()


main()
