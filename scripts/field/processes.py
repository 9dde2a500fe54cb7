"""Processes that are started here and ended here: none is left, of ours or of what they started.

What is started is left to observing.py, and busy loops to conditions.py.
"""

import contextlib
import ctypes
import os
import pathlib
import select
import signal
import subprocess


def subreaper():
    """Makes what our children leave behind our own children, so that it can be ended."""
    PR_SET_CHILD_SUBREAPER = 36
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid):
    found, seen = [pid], []
    while found:
        parent = found.pop()
        with contextlib.suppress(OSError, ValueError):
            for task in pathlib.Path(f"/proc/{parent}/task").iterdir():
                children = [int(child) for child in (task / "children").read_text().split()]
                seen += children
                found += children
    return seen


def end(process):
    """Ends a process that we have started, with its group."""
    for signum in signal.SIGTERM, signal.SIGKILL:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in process.stdout, process.stderr:
        if pipe:
            pipe.close()


def end_rest(kept):
    """Ends every process below us that is none of these, or below one of these."""
    spared = set(kept)
    for pid in kept:
        spared.update(descendants(pid))
    for pid in descendants(os.getpid()):
        if pid not in spared:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


@contextlib.contextmanager
def serving(command):
    """A server that prints its port."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        if not select.select([process.stdout], [], [], 20)[0]:
            raise RuntimeError(f"{command[0]} printed no port within 20 s")
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise RuntimeError(f"{command[:3]} printed no port but {line!r}")
        yield process, int(line)
    finally:
        end(process)
