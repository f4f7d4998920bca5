"""A process that has imported what each kernel needs, and makes one kernel after the other by forking itself.

``python -m gdlab.course.template_process``: nothing of a submission runs in it. For each line that it reads it forks;
the child prints who it is as soon as it is in a session of its own, and becomes the kernel, kept in as by `fence`. Once
there is nobody to read from, this process ends, and so do its kernels.
"""

import json
import os
import sys
import tempfile
from typing import Any

# before ipykernel is imported, which reads it then: a kernel ends if its parent does
os.environ["JPY_PARENT_PID"] = str(os.getpid())

import numpy as np
from ipykernel import ipkernel, zmqshell  # noqa: F401 - what a kernel would import first
from ipykernel.kernelapp import IPKernelApp

import gdlab.exercises.attempt
import gdlab.lessons.catalogue  # noqa: F401
from gdlab.course import fence, system_calls


def become_kernel(folder: str, argv: list[str], cwd: str, env: dict[str, str]) -> None:
    """Be the kernel that ``ipykernel_launcher`` with these arguments would be, and end with it."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=str(os.getppid()))
    tempfile.tempdir = None  # was looked up in another environment
    fence.restrict([folder])
    system_calls.restrict_calls()
    np.random.seed()  # noqa: NPY002 - what a fork copies; Python's own generator sees to that itself
    sys.argv = ["ipykernel_launcher", *argv]
    IPKernelApp.launch_instance(argv)


def serve() -> None:
    """Fork at each request, as long as somebody is there to ask."""
    for line in sys.stdin:
        while _collected():
            pass
        if os.fork():
            continue
        os.setsid()
        print(os.getpid(), flush=True)
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)  # the requests are not for the kernel,
        os.dup2(2, 1)  # nor does it answer them
        request: dict[str, Any] = json.loads(line)
        become_kernel(**request)
        break


def _collected() -> bool:
    """Collect a child that has ended; its number is not given away before."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


if __name__ == "__main__":
    serve()
