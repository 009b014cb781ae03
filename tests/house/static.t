#!/usr/bin/env python3
"""The hot programs are static, the cold ones dynamic (STATIC=0 or SAN=1: all
dynamic), read from their ELF headers."""

import os
import struct
import sys

sys.dont_write_bytecode = True
from house import BIN, COLD, HOT, Tap, skip_all

PT_DYNAMIC, PT_INTERP, PT_GNU_STACK = 2, 3, 0x6474e551
PF_X = 1


def segments(path):
    """{type: flags} of an ELF file's program headers."""
    with open(path, 'rb') as f:
        head = f.read(64)
        if head[:4] != b'\x7fELF' or head[4] not in (1, 2):
            raise ValueError('%s is no ELF file' % path)
        wide = head[4] == 2
        order = '<' if head[5] == 1 else '>'
        offset, = struct.unpack_from(order + ('Q' if wide else 'I'), head,
            32 if wide else 28)
        size, count = struct.unpack_from(order + 'HH', head,
            54 if wide else 42)
        found = {}
        for n in range(count):
            f.seek(offset + n * size)
            one = f.read(size)
            kind, = struct.unpack_from(order + 'I', one, 0)
            found[kind], = struct.unpack_from(order + 'I', one,
                4 if wide else 24)
    return found


def main():
    if not os.path.isdir(BIN):
        skip_all('nothing is built in %s' % BIN)
    t = Tap()
    name = os.path.basename(os.path.dirname(BIN))	# build, build-san, ...
    static = os.environ.get('STATIC', '0' if 'dynamic' in name else '1') == \
        '1' and os.environ.get('SAN', '1' if 'san' in name else '0') == '0'
    t.ok(len(HOT) >= 5 and len(COLD) >= 4, 'the Makefile names them', HOT,
        COLD)
    for program in HOT + COLD:
        path = os.path.join(BIN, program)
        if not os.path.exists(path):
            t.ok(False, '%s is built' % program)
            continue
        found = segments(path)
        want = static and program in HOT
        t.eq(PT_INTERP not in found, want, '%s is %s' % (program,
            'static' if want else 'dynamic'))
        t.ok(not found.get(PT_GNU_STACK, PF_X) & PF_X,
            '%s: its stack is not executable' % program)
    t.eq([name for name in sorted(os.listdir(BIN)) if name not in HOT + COLD],
        [], 'nothing else is in bin/')
    t.eq(PT_INTERP in segments(os.path.realpath('/bin/sh')), True,
        'a dynamic program is seen as one')
    t.done()


main()
