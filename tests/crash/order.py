"""The strict model: what the recorder's trace must show, whatever the file
system would forgive. A name in the queue or in a mailbox stands for good when
link, fsync of the file and fsync of the folder have come one after another."""

import os

# Calls that tell somebody else that it is done.
TELLING = ('sendmsg', 'sendto', 'write', 'writev')
FOREVER = float('inf')


def inode_of(path):
    st = os.stat(path)
    return '%d:%d:%d' % (os.major(st.st_dev), os.minor(st.st_dev), st.st_ino)


def good(call):
    return call.result.isdigit()


def makes_file(call):
    """An open with O_CREAT or O_TMPFILE."""
    return call.call.startswith('open') and good(call) and \
        int(call.detail, 16) & (os.O_CREAT | os.O_TMPFILE & ~os.O_DIRECTORY)


class Link:
    """A file that got its name by a linkat or renameat, and when it was safe:
    `safe` is the newest index when the last of the three calls ended."""

    def __init__(self, call, calls):
        self.name = os.path.basename(call.path2)
        self.folder = os.path.dirname(call.path2)
        self.pid = call.pid
        self.program = call.name
        self.index = call.index
        folder = inode_of(self.folder)
        # The inode's number may serve another file when this one is gone.
        again = min([c.index for c in calls if c.inode == call.inode and
            c.index > call.index and makes_file(c)], default=FOREVER)
        written = max([c.done for c in calls if c.inode == call.inode and
            c.call in ('write', 'writev', 'pwrite64') and good(c) and
            c.index < again], default=call.done)
        synced = [c for c in calls if c.call in ('fsync', 'fdatasync') and
            good(c)]
        self.file = min([c.done for c in synced if c.inode == call.inode and
            c.index > max(call.done, written)], default=FOREVER)
        self.safe = min([c.done for c in synced if c.inode == folder and
            c.index > self.file], default=FOREVER)

    def needs(self, before, what):
        if self.file >= before:
            return ['%s: no fsync of file %s before %s' % (self.program,
                self.name, what)]
        if self.safe >= before:
            return ['%s: no fsync of folder %s for %s before %s' %
                (self.program, self.folder, self.name, what)]
        return []


def links_into(calls, folders):
    return [Link(c, calls) for c in calls if good(c) and
        c.call in ('link', 'linkat', 'rename', 'renameat', 'renameat2') and
        os.path.dirname(c.path2) in folders]


def first_told(calls, link):
    """The first word to another process after the link."""
    return min([c.index for c in calls if c.pid == link.pid and
        c.index > link.index and c.call in TELLING and
        c.path.startswith('socket:')], default=FOREVER)


def queue_faults(calls, queue):
    """For qinject: (number of messages, what is wrong). Without an answer on
    a socket the end of the program is the answer."""
    msg = os.path.join(queue, 'msg')
    wrong = []
    links = links_into(calls, [msg])
    for link in links:
        wrong += link.needs(first_told(calls, link), 'its answer')
    return len(links), wrong


def delivery_faults(calls, queue, mailboxes):
    """For deliver-local and qrunner: (number of files in mailboxes, number of
    unlinks of queue files, what is wrong)."""
    msg = os.path.join(queue, 'msg')
    links = links_into(calls, [os.path.join(m, 'new') for m in mailboxes])
    unlinks = {os.path.basename(c.path): c.index for c in calls if good(c) and
        c.call in ('unlink', 'unlinkat') and os.path.dirname(c.path) == msg}
    wrong = []
    for link in links:
        wrong += link.needs(first_told(calls, link), 'its answer')
        ids = [i for i in unlinks if i in link.name]
        for i in ids:
            wrong += link.needs(unlinks[i], 'the unlink of ' + i)
    return len(links), len(unlinks), wrong


def faults(recorder, c, count, direct):
    """Bring 2 * count letters through the chain c under the recorder, by the
    queue or, three quarters of them, directly, and judge the calls: a list of
    what is wrong."""
    from chain import letters, read_trace

    wrong = []
    trace = os.path.join(c.root, 'trace')
    sent = letters('order', count)
    stream = letters('stream', count)

    c.env['DIRECT'] = '01'[direct]

    def send(part, links):
        for letter in part:
            c.inject(letter, wrap=[recorder, '-n', '-t', trace + '.in', '--'])
            n, faults = queue_faults(read_trace(trace + '.in'), c.queue)
            wrong.extend(faults)
            if n != links or not letter.acknowledged:
                wrong.append('qinject: %d links for %s' % (n, letter.mark))

    send(sent[:count // 2], 1)             # these make a batch
    c.start('who-is')
    c.start_together([recorder, '-n', '-t', trace + '.out', '-p',
        'qrunner,deliver-local', '--'])
    send(sent[count // 2:], not direct)
    c.start('qinject', '-s', wrap=[recorder, '-n', '-t', trace + '.stream',
        '--'])
    c.inject_stream(stream)
    if not c.drain():
        wrong.append('the queue does not drain')
    wrong += ['%s had to be killed' % name for name in c.stop_all()]
    n, unlinked, faults = delivery_faults(read_trace(trace + '.out'), c.queue,
        [os.path.join(c.mail, u, 'Maildir') for u in c.users])
    wrong += faults
    if n != 4 * count or unlinked != (count // 2 if direct else 2 * count):
        wrong.append('%d files in mailboxes and %d unlinks for %d letters' %
            (n, unlinked, 2 * count))
    n, faults = queue_faults(read_trace(trace + '.stream'), c.queue)
    wrong += faults
    if n != (0 if direct else count) or not all(letter.acknowledged for letter in stream):
        wrong.append('qinject -s: %d links for %d letters' % (n, count))
    return wrong
