"""Take from this process, and from those that it will start, what Landlock (see `fence`) does not take.

Linux can refuse system calls by their number and arguments, and calls it seccomp. Refused are other processes' limits,
and owners and attributes of files. Modes and times of files stay as they are, too, no file is locked, and no other
process is made slower, but whoever tries is told that it went well: Python does the first wherever it copies a file or
opens a database, and libraries see to their own threads; they do without.
"""

import ctypes
import platform
import struct
import sys

_MACHINES = {
    "x86_64": {
        "machine": 0xC000003E,
        "modes and times": (90, 91, 268, 132, 235, 261, 280),  # chmod, fchmod, fchmodat, utime(s), futimesat, utimensat
        "owners": (92, 93, 94, 260),  # chown, fchown, lchown, fchownat
        "attributes": (188, 189, 190, 197, 198, 199),  # setxattr, lsetxattr, fsetxattr; and as many removexattr
        "limits": 302,  # prlimit64
        "schedules": (142, 144, 203, 314),  # sched_setparam, sched_setscheduler, sched_setaffinity, sched_setattr
        "priorities": (141, 251),  # setpriority, ioprio_set
        "locks": 73,  # flock
        "other locks": 72,  # fcntl
    },
    "aarch64": {
        "machine": 0xC00000B7,
        "modes and times": (52, 53, 88),
        "owners": (54, 55),
        "attributes": (5, 6, 7, 14, 15, 16),
        "limits": 261,
        "schedules": (118, 119, 122, 274),
        "priorities": (140, 30),
        "locks": 32,
        "other locks": 25,
    },
}
"""Whom each kind of machine calls by which numbers; those that are newer have the same everywhere."""
_NEW_MODES, _NEW_ATTRIBUTES = (452,), (463, 466, 469, 425)  # fchmodat2; (set|remove)xattrat, file_setattr, io_uring
_LOCKING = (6, 7, 37, 38, 1024)
"""What one asks of fcntl: F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE."""
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _MACHINE, _FIRST, _SECOND, _THIRD = 0, 4, 16, 24, 32
"""Where, in what the filter sees of a call, its number and its arguments stand."""
_ALLOW, _PRETEND, _REFUSE = 0x7FFF0000, 0x50000, 0x50001  # an error with the number 0 is none; 1 is "not permitted"
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


def numbers() -> dict | None:
    """Return the numbers of this machine's system calls; None where nothing can be refused."""
    fits = sys.platform == "linux" and sys.byteorder == "little" and ctypes.sizeof(ctypes.c_void_p) == 8
    return _MACHINES.get(platform.machine()) if fits else None


def restrict_calls() -> bool:
    """Refuse them for good; return whether that is done here."""
    if not (known := numbers()):
        return False
    # each step: what it does, how many steps it leaves out if that is so, and if not, and with what
    program = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, known["machine"]), (_RETURN, 0, 0, _REFUSE)]
    program += [(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, 1 << 30), (_RETURN, 0, 0, _REFUSE)]  # another set of numbers
    for number in (*known["modes and times"], *_NEW_MODES, known["locks"]):
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _PRETEND)]
    for number in (*known["owners"], *known["attributes"], *_NEW_ATTRIBUTES):
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    asked = [step for one in _LOCKING for step in ((_EQUAL, 0, 1, one), (_RETURN, 0, 0, _PRETEND))]
    asked = [(_LOAD, 0, 0, _SECOND), *asked, (_RETURN, 0, 0, _ALLOW)]
    program += [(_EQUAL, 0, len(asked), known["other locks"]), *asked]
    for number in known["schedules"]:  # of which process; 0 is oneself
        program += [(_EQUAL, 0, 4, number), (_LOAD, 0, 0, _FIRST), (_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW)]
        program.append((_RETURN, 0, 0, _PRETEND))
    for number in known["priorities"]:  # of a process, a group or a user, and of which
        program += [(_EQUAL, 0, 6, number), (_LOAD, 0, 0, _FIRST), (_AT_LEAST, 3, 0, 2)]
        program += [(_LOAD, 0, 0, _SECOND), (_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _PRETEND)]
    program += [(_EQUAL, 1, 0, known["limits"]), (_RETURN, 0, 0, _ALLOW)]
    program += [(_LOAD, 0, 0, _FIRST), (_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW)]  # its own limits
    for half in (_THIRD, _THIRD + 4):  # nothing there: it only asks for them
        program += [(_LOAD, 0, 0, half), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _REFUSE)]
    program.append((_RETURN, 0, 0, _ALLOW))
    steps = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    whole = struct.pack("@HP", len(program), ctypes.addressof(steps))
    system = ctypes.CDLL(None)
    return not (system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.prctl(_SECCOMP, _FILTER, whole))
