#!/usr/bin/env python3
"""The crash tests can find what they are for: faults planted into the programs
at build time (make PLANT=...) must be seen; all of them with CORREO_LONG=1."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
import chain
import order


def order_check(t, folder, recorder, plant, words):
    c = chain.Chain(os.path.join(folder, plant), chain.build_plant(plant))
    c.lay_out()
    wrong = order.faults(recorder, c, 4, False)
    for program in 'qinject', 'deliver-local':
        t.ok(any(w.startswith(program) and words in w for w in wrong),
            '%s: the order of calls gives %s away' % (plant, program), *wrong)


def power_cut(t, plant):
    run = subprocess.run([os.path.join(chain.HERE, 'power-cut'),
        '--expect-loss', '--programs', chain.build_plant(plant)],
        stdout=subprocess.PIPE, text=True)
    name = plant + ': the loss is found in crash images'
    if '1..0 # SKIP' in run.stdout:
        return t.skip(name, run.stdout.split('SKIP', 1)[1].strip())
    return t.ok(run.returncode == 0, name, run.stdout)


def main():
    t = chain.Tap()
    with chain.folder() as folder:
        recorder, = chain.build_tools(folder, 'recorder')
        order_check(t, folder, recorder, 'NO_DIR_FSYNC',
            'no fsync of folder')
        order_check(t, folder, recorder, 'NO_FILE_FSYNC', 'no fsync of file')
    power_cut(t, 'NO_FILE_FSYNC')
    if chain.LONG:
        power_cut(t, 'EEXIST_DELIVERED')
    t.done()


main()
