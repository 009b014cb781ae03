#!/usr/bin/env python3
"""Mailboxes with a quota: what a full one answers, by SMTP and by the queue, its
warning, its maildirsize; and the Maildir++ folders of extensions."""

import os
import sys

sys.dont_write_bytecode = True
from correo import Instance, Tap, folder, read, wait_for

LETTER = b'Subject: a letter\r\n\r\n' + b'x' * 70 + b'\r\n'
BIG = b'Subject: big\r\n\r\n' + (b'x' * 70 + b'\r\n') * 20


def said(i, to, octets=LETTER, sender='sender@example.net'):
    with i.smtp() as s:
        s.envelope(sender, [to] if isinstance(to, str) else to)
        return s.data(octets).text


def size_file(i, user):
    return read(i.users[user] + '/maildirsize').decode().splitlines()


def total(i, user):
    return [sum(int(line.split()[n]) for line in size_file(i, user)[1:])
        for n in (0, 1)]


def octets_of(paths):
    return sum(os.stat(path).st_size for path in paths)


def counted(t, i):
    dave = i.address('dave')
    for n in range(3):
        said(i, dave)
    mail = i.arrived('dave', 3)
    t.eq(size_file(i, 'dave')[0], '1048576S,5C', 'the quota is in the file')
    t.ok(wait_for(lambda: total(i, 'dave') == [octets_of(mail), 3]),
        'and a line for each message', size_file(i, 'dave'))
    os.rename(mail[0], mail[0].replace('/new/', '/cur/') + ':2,S')
    texts = [said(i, dave) for _ in range(2)]
    t.ok(all('delivered as' in text for text in texts), 'up to the limit',
        *texts)
    warnings = [path for path in i.mail('dave') if
        b'Subject: Your mailbox is nearly full' in read(path)]
    t.eq(len(warnings), 1, 'a warning is there')
    text = said(i, dave)
    t.ok(text.startswith('552 5.2.2'), 'over it: 552 at the end of DATA', text)
    t.eq((i.waiting(), len(i.mail('dave'))), ([], 5), 'nothing is kept')
    text = said(i, [dave, i.address('alice')], sender=i.address('carol'))
    t.ok('queued as' in text, 'one of two is full: it is queued', text)
    t.ok(i.arrived('alice') and i.arrived('carol') and i.idle(), 'the other '
        'has it, the sender a report')
    t.ok(b'5.2.2' in read(i.mail('carol')[0]), 'which says why')
    for path in i.mail('dave'):
        os.unlink(path)
    os.unlink(i.users['dave'] + '/maildirsize')
    text = said(i, dave)
    t.ok('delivered as' in text, 'room again', text)
    t.eq(len(i.mail('dave')), 1, 'no second warning that day')
    i.empty()


def of_the_file(t, i):
    with open(i.users['bob'] + '/maildirsize', 'w') as f:
        f.write('1000S\n0 0\n')
    os.chown(f.name, *[os.stat(i.users['bob']).st_uid] * 2)
    text = said(i, i.address('bob'), BIG)
    t.ok(text.startswith('550 5.2.3'), 'more than the whole quota: refused',
        text)
    texts = [said(i, i.address('bob')) for _ in range(8)]
    t.ok(texts[0].startswith('250') and texts[-1].startswith('552'),
        'a quota that only the file has', texts)
    t.ok(octets_of(path for path in i.mail('bob') if b'nearly full' not in
        read(path)) <= 1000, 'it holds')
    os.unlink(f.name)
    i.empty()


def folders(t, i):
    box, outside = i.users['carol'], i.root + '/mail/outside'
    owner = [os.stat(box).st_uid] * 2
    for at in box + '/.lists', outside:
        for part in '', '/new', '/cur', '/tmp':
            os.mkdir(at + part, 0o700)
            os.chown(at + part, *owner)
    os.symlink(outside, box + '/.link')
    names = [('+lists', '.lists/new'), ('+none', 'new'), ('+link', 'new'),
        ('+.lists', 'new'), ('+', 'new'), ('+a/../.lists', 'new')]
    for ext, where in names:
        before = len(os.listdir(os.path.join(box, where)))
        text = said(i, i.address('carol' + ext))
        t.ok('delivered as' in text, 'carol%s is taken' % ext, text)
        t.eq(len(os.listdir(os.path.join(box, where))), before + 1,
            'it goes to ' + where)
    t.eq(os.listdir(outside + '/new'), [], 'no link is followed')
    os.mkdir(box + '/.broken')
    os.chown(box + '/.broken', *owner)
    said(i, i.address('carol+broken'))
    t.eq(len(i.mail('carol')), 6, 'a folder without new is none')
    i.empty()


def later(t, top):
    with Instance(top, 'later', RETRY_FIRST_S=1, RETRY_FACTOR=1) as i:
        i.add_user('dave', quota='1M,2')
        with open(i.etc + '/quota-warning', 'w') as f:
            f.write('Subject: Almost full\n\nTell your friends.\n')
        texts = [said(i, i.address('dave')) for _ in range(3)]
        t.ok('delivered as' in texts[0] and 'queued as' in texts[-1],
            'over quota: it is queued', *texts)
        t.ok(i.logged('stat=Deferred', '4.2.2'), 'deferred')
        t.ok(any(b'Tell your friends' in read(path) for path in
            i.mail('dave')), "the site's own warning")
        for path in i.mail('dave'):
            os.unlink(path)
        os.utime(i.users['dave'] + '/maildirsize', (1, 1))
        t.ok(i.idle(), 'delivered when there is room again')
        t.eq(len(i.mail('dave')), len([text for text in texts if 'queued as'
            in text]), 'all of it')


def main():
    t = Tap()
    with folder() as top:
        with Instance(top, OVER_QUOTA='never', EXTENSION='+') as i:
            i.add_user('dave', quota='1M,5')
            for case in counted, of_the_file, folders:
                t.run(case, i)
        later(t, top)
    t.done()


main()
