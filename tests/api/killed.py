"""Goes on with linked procedures in a process of its own, and kills itself where it is told.

`inside`: when the first step has written everything and nothing is committed. `after`: when that
is committed and nothing else begun. `never`: it runs to the end.
"""

import os
import signal
import sys

from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.procedures import sagas


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def run(name, point):
    worlds = Worlds(Settings())
    world = worlds.open(name)
    keep, submit = sagas._keep, world.writer.submit

    def keep_and_die(session, *rest):
        keep(session, *rest)
        session.flush()
        die()

    def submit_and_die(job):
        submit(job)
        die()

    if point == "inside":
        sagas._keep = keep_and_die
    if point == "after":
        world.writer.submit = submit_and_die
    sagas.resume(world)
    worlds.close_all()


if __name__ == "__main__":
    run(*sys.argv[1:])
