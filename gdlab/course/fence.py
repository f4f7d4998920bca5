"""Start a program that can write into some folders alone and neither end nor limit any process but its own.

``python fence.py FOLDER… -- COMMAND…``

Linux has this for every user since 5.13 and calls it Landlock; emptying a file without writing into it is kept in since
6.2, ending processes since 6.12. Much else that Landlock leaves open `system_calls` refuses. What the program starts
is kept in, too, and nothing that it does lifts it. On other systems the program starts as it is.
"""

import ctypes
import os
import struct
import sys
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the numbers of the system calls, the same on all machines
_WRITE, _TRUNCATE, _REFER = 1 << 1, 1 << 14, 1 << 13
_CHANGE = _WRITE | sum(1 << bit for bit in range(4, 13))
"""Writing a file; removing and making files, folders, links and devices."""
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2
_NO_NEW_PRIVILEGES = 38


def version() -> int:
    """Return which version of Landlock this system has; 0 if none."""
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None).syscall(_CREATE, None, ctypes.c_size_t(0), 1))


def fenced(*folders: Path) -> list[str]:
    """Return the start of a command that runs the rest in this way."""
    return [sys.executable, "-I", os.path.abspath(__file__), *map(str, folders), "--"]


def restrict(folders: list[str]) -> None:
    """Let this process, and those that it will start, write into these folders alone."""
    system, has = ctypes.CDLL(None, use_errno=True), version()
    if not has:
        return
    handled = _CHANGE | (_REFER if has >= 2 else 0) | (_TRUNCATE if has >= 3 else 0)
    scoped = _ABSTRACT_SOCKETS | _SIGNALS if has >= 6 else 0
    rules = struct.pack("QQQ", handled, 0, scoped)[: 24 if has >= 6 else 16 if has >= 4 else 8]
    ruleset = system.syscall(_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "no rules can be made")
    for folder, allowed in [
        *((one, handled) for one in folders),
        ("/dev", handled & (_WRITE | _TRUNCATE)),
        ("/dev/shm", handled),
    ]:
        if os.path.isdir(folder):
            place = os.open(folder, os.O_PATH)
            if system.syscall(_ADD, ruleset, 1, struct.pack("=Qi", allowed, place), 0):
                raise OSError(ctypes.get_errno(), f"no rule can be made for {folder}")
            os.close(place)
    if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.syscall(_RESTRICT, ruleset, 0):
        raise OSError(ctypes.get_errno(), "the rules cannot be set")
    os.close(ruleset)


if __name__ == "__main__":
    end = sys.argv.index("--")
    restrict(sys.argv[1:end])
    sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # isolated, Python does not look here
    from system_calls import restrict_calls

    restrict_calls()
    os.execvp(sys.argv[end + 1], sys.argv[end + 1 :])
