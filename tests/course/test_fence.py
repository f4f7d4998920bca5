"""What a fenced program does to others' files and processes comes to nothing, and its own work goes on."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gdlab.course import fence, system_calls
from tests.course.kept_in import CALLS_ARE_REFUSED

pytestmark = pytest.mark.skipif(not CALLS_ARE_REFUSED, reason="this system refuses no calls")
PARENT = """
import os, resource, subprocess, sys
def limits():
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    return resource.getrlimit(resource.RLIMIT_CORE), nice, os.sched_getscheduler(0), os.sched_getaffinity(0)
before = limits()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(done.stdout + done.stderr, before == limits())
"""


@pytest.fixture
def fenced(tmp_path):
    """Run a program that may write into a folder; return what it said, and whether its parent kept its limits."""
    (tmp_path / "own").mkdir()
    (tmp_path / "others.txt").write_text("marks")

    def run(program):
        command = [*fence.fenced(tmp_path / "own"), sys.executable, "-c", program]
        done = subprocess.run(
            [sys.executable, "-c", PARENT, *command], capture_output=True, text=True, check=True, cwd=tmp_path / "own"
        )
        said, _, kept = done.stdout.strip().rpartition(" ")
        return said, kept == "True"

    return run


def test_nobody_elses_limits_are_set(fenced):
    said, kept = fenced(
        "import os, resource\n"
        "print(resource.prlimit(os.getppid(), resource.RLIMIT_CORE) == resource.getrlimit(resource.RLIMIT_CORE))\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        "most = resource.getrlimit(resource.RLIMIT_CORE)[1]\n"
        "resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (7, 7))\n"
    )
    assert said.startswith("True\n(0, 0)\n")
    assert said.rstrip().endswith("PermissionError: [Errno 1] Operation not permitted")
    assert kept


SLOW = """
import ctypes, os
def slow(process):
    os.setpriority(os.PRIO_PROCESS, process, 19)
    os.sched_setaffinity(process, {min(os.sched_getaffinity(0))})
    os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))
def seen(process):
    return os.getpriority(os.PRIO_PROCESS, process), os.sched_getscheduler(process), os.sched_getaffinity(process)
"""


def test_nobody_else_is_made_slow(fenced):
    said, kept = fenced(
        f"{SLOW}before = seen(os.getppid())\nslow(os.getppid())\n"
        "os.setpriority(os.PRIO_USER, 65534, 19)\n"  # if that were done, it would say that there is no such process
        "print(seen(os.getppid()) == before, os.getpriority(os.PRIO_PROCESS, 0) == before[0])\n"
        "slow(0)\nprint(seen(0) == (19, os.SCHED_IDLE, {min(before[2])}))\n"  # oneself one may
        "import numpy, threading, zmq\nzmq.Context().socket(zmq.PUB).bind('tcp://127.0.0.1:*')\nprint('on')"
    )
    assert said.split() == ["True", "True", "True", "on"]
    assert kept


@pytest.mark.parametrize(
    "change",
    [
        "os.chmod(there, 0)",
        "os.chmod(os.open(there, os.O_RDONLY), 0)",
        "subprocess.run(['chmod', '0', there])",
        "os.utime(there, (0, 0))",
        "subprocess.run(['touch', '-d', '2001-01-01', there])",
        "os.chown(there, 12345, 12345)",
        "os.setxattr(there, 'user.gdlab', b'1')",
        "ctypes.CDLL(None).syscall(452, -100, there.encode(), 0, 0)",
    ],
)
def test_nothing_about_others_files_changes(fenced, tmp_path, change):
    others = tmp_path / "others.txt"
    before, attributes = others.stat(), os.listxattr(others)
    fenced(f"import ctypes, os, subprocess\nthere = {str(others)!r}\n{change}")
    assert others.stat() == before
    assert os.listxattr(others) == attributes


@pytest.mark.parametrize("lock", [fcntl.lockf, fcntl.flock])
def test_no_file_is_locked(tmp_path, lock):
    """A reader's lock on the gradebook would keep nbgrader from writing there."""
    (tmp_path / "own").mkdir()
    others = tmp_path / "gradebook.db"
    others.write_text("marks")
    program = (
        "import fcntl, sys\nfile = open(sys.argv[1])\nfcntl.LOCK(file, fcntl.LOCK_SH)\nprint('locked', flush=True)\n"
    )
    program += "input()"
    command = [sys.executable, "-c", program.replace("LOCK(", f"{lock.__name__}("), others]
    with subprocess.Popen(
        [*fence.fenced(tmp_path / "own"), *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "locked\n"
        with others.open("a") as file:
            lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process.communicate("\n")


def test_files_are_copied_and_programs_started_as_ever(fenced, tmp_path):
    said, _ = fenced(
        "import os, shutil, sqlite3, subprocess\n"
        "open('a', 'w').write('1')\n"
        "shutil.copy2('a', 'b')\n"
        "os.chmod('b', 0o600)\n"
        "shutil.make_archive('c', 'zip', '.', 'a')\n"
        "shutil.unpack_archive('c.zip', 'd')\n"
        "with sqlite3.connect('e') as database:\n    database.execute('create table t (x)')\n"
        "assert sqlite3.connect('e').execute('select * from t').fetchall() == []\n"
        "print(subprocess.check_output(['cat', 'd/a', 'b'], text=True))\n"
    )
    assert said.strip() == "11"


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "x86_64-linux-gnu/asm/unistd_64.h"),
        ("x86_64", "asm/unistd_64.h"),
        ("aarch64", "asm-generic/unistd.h"),
    ],
)
def test_the_numbers_are_those_of_the_system(machine, header):
    path = Path("/usr/include", header)
    if not path.exists():
        pytest.skip("the system's headers are not installed")
    found = {name: int(number) for name, number in re.findall(r"__NR(?:3264)?_(\w+) (\d+)\n", path.read_text())}
    known = system_calls._MACHINES[machine]
    wanted = {"modes and times": "chmod fchmod fchmodat utime utimes futimesat utimensat"}
    wanted |= {"owners": "chown fchown lchown fchownat"}
    wanted |= {"attributes": "setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr"}
    wanted |= {"schedules": "sched_setparam sched_setscheduler sched_setaffinity sched_setattr"}
    wanted |= {"priorities": "setpriority ioprio_set"}
    for kind, names in wanted.items():
        assert sorted(known[kind]) == sorted(found[name] for name in names.split() if name in found)
    assert (known["limits"], known["locks"]) == (found["prlimit64"], found["flock"])
    assert known["other locks"] == found["fcntl"]
    new = {"fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "file_setattr": 469, "io_uring_setup": 425}
    assert {found.get(name, number) == number for name, number in new.items()} == {True}
    assert sorted(system_calls._NEW_MODES + system_calls._NEW_ATTRIBUTES) == sorted(new.values())
