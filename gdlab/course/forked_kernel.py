"""Start a kernel by forking a process that has imported all already, which takes a third of the time.

jupyter_client calls what starts a kernel a provisioner, and finds this one by its name. On other systems than Linux,
and where the kernel is not this Python's own, it is started as usual.
"""

import asyncio
import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Unicode

from gdlab.course import fence

NAME = "gdlab-forked"
_LAUNCHER = ["-m", "ipykernel_launcher"]
_READY, _ANSWER = 60, 10
"""Seconds in which the process to fork from has to be there, and then to answer."""
_ENVIRONMENT = {
    "PYTHONSAFEPATH": "1",  # nothing in the folder of the course is imported
    **dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"),  # no threads to fork among
}


class ForkedKernel(LocalProvisioner):
    """Starts a kernel that may write into one folder alone."""

    folder = Unicode(help="Where the kernel may write.").tag(config=True)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel; return how it is reached."""
        global _template
        if _can_fork() and cmd[1:3] == _LAUNCHER and os.path.abspath(cmd[0]) == os.path.abspath(sys.executable):
            for _ in range(2):  # a kernel may have ended the process that it came from
                with contextlib.suppress(OSError, ValueError):
                    _template = _template or _Template()
                    self.process = _template.fork(self.folder, cmd[3:], kwargs["cwd"], kwargs["env"])
                    self.pid = self.pgid = self.process.pid
                    self.cwd = kwargs["cwd"]
                    return self.connection_info
                end_template()
        return await super().launch_kernel([*fence.fenced(Path(self.folder)), *cmd], **kwargs)

    async def wait(self) -> int | None:
        """Wait until the kernel has ended, which its base class looks for ten times a second only."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        return await super().wait()


class PromptClient(AsyncKernelClient):
    """Takes a kernel as ready once it has answered on both channels, and does not listen on for 0.2 seconds more."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return as soon as the kernel can be used.

        Raises
        ------
        RuntimeError
            If it has ended, or says nothing for so many seconds.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            self.kernel_info()
            with contextlib.suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)  # what it tells all is heard, too; the first may be lost
                return
            if not await self.is_alive():
                raise RuntimeError("the kernel ended before it was ready")
            if time.monotonic() > end:
                raise RuntimeError(f"the kernel did not answer in {timeout} seconds")


class _Template:
    """The process to fork from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gdlab.course.template_process"],
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
            bufsize=1,
        )
        self._patience = _READY

    def fork(self, folder: str, argv: list[str], cwd: str, env: dict[str, str]) -> "_Forked":
        print(json.dumps({"folder": folder, "argv": argv, "cwd": str(cwd), "env": env}), file=self._process.stdin)
        if not select.select([self._process.stdout], [], [], self._patience)[0]:
            raise TimeoutError
        self._patience = _ANSWER
        return _Forked(int(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.kill()
        with contextlib.suppress(OSError), self._process:  # what was written for it may still lie there
            pass


class _Forked:
    """What `subprocess.Popen` is for a process that is not one's own child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid, self.returncode, self._file = pid, None, os.pidfd_open(pid)

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._file], [], [], 0)[0]:
            self.returncode = 0  # how it ended only its parent is told
            os.close(self._file)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        end = time.monotonic() + (timeout or float("inf"))
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("kernel", timeout)
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._file, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __del__(self) -> None:
        if self.returncode is None:
            os.close(self._file)


_template: _Template | None = None


def _can_fork() -> bool:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


@atexit.register
def end_template() -> None:
    """End the process to fork from, if there is one."""
    global _template
    if _template:
        _template.close()
        _template = None
