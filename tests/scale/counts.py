"""The system calls that a program makes, counted by strace."""

import collections
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), 'chain'))
from correo import read, status, wait_for


def counted(path):
    """{system call: how often} of strace's lines."""
    return collections.Counter(re.findall(r'(?m)^(?:\d+ +)?(\w+)\(',
        read(path).decode(errors='replace')))


class Calls:
    """The system calls that a process makes in a block."""

    def __init__(self, pid, top):
        self.path, self.count = top + '/calls', None
        self.strace = subprocess.Popen(['strace', '-o', self.path, '-p',
            str(pid)], stderr=subprocess.DEVNULL)
        wait_for(lambda: status(pid).get('TracerPid') != '0')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.strace.terminate()
        self.strace.wait()
        self.count = counted(self.path)


def tool_calls(top, *command):
    path = top + '/tool'
    subprocess.run(['strace', '-f', '-o', path, *command], check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return counted(path)


def may_trace():
    return shutil.which('strace') and subprocess.run(['strace', '-o',
        '/dev/null', 'true'], stderr=subprocess.DEVNULL).returncode == 0
