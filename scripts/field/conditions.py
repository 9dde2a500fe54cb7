"""The conditions under which a case is run: a quiet machine, busy loops on each CPU, or a fifth of a core.

A condition is entered and left as a context, and gives the words to be put before a command. What is started under it
is left to observing.py.
"""

import contextlib
import multiprocessing
import os
import pathlib
import time

from cases import Skip

# This is the share of a core that the condition quota leaves.
QUOTA = 0.2


def burn():
    while True:
        pass


@contextlib.contextmanager
def loaded():
    """A busy loop for each CPU."""
    spinning = [multiprocessing.Process(target=burn, daemon=True) for _ in os.sched_getaffinity(0)]
    try:
        for process in spinning:
            process.start()
        yield []
    finally:
        for process in spinning:
            if process.pid:
                process.kill()
                process.join()


@contextlib.contextmanager
def quota():
    """A control group with so much of a core, and the words before a command that put it there."""
    name = f"tlstax-field-{os.getpid()}"
    v1, v2 = pathlib.Path("/sys/fs/cgroup/cpu"), pathlib.Path("/sys/fs/cgroup")
    period = 100_000
    group = (v1 if v1.is_dir() else v2) / name
    try:
        group.mkdir()
    except OSError as error:
        raise Skip(f"no control group can be made: {error}") from error
    try:
        try:
            if v1.is_dir():
                (group / "cpu.cfs_period_us").write_text(str(period))
                (group / "cpu.cfs_quota_us").write_text(str(int(QUOTA * period)))
            else:
                (group / "cpu.max").write_text(f"{int(QUOTA * period)} {period}")
        except OSError as error:
            raise Skip(f"no CPU quota can be set: {error}") from error
        yield ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', str(group)]
    finally:
        for _ in range(50):
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)


def condition(name):
    """The context of this condition."""
    return {"quiet": lambda: contextlib.nullcontext([]), "loaded": loaded, "quota": quota}[name]()
