"""JupyterLab with Nagle's algorithm off: ``python -m tests.benchmarks.prompt_server PYTHON -m jupyter lab ...``.

Jupyter's server leaves it on, so that a small message waits for the browser to acknowledge the one before.
"""

import sys

from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from jupyterlab.labapp import LabApp

_open = KernelWebsocketHandler.open


async def _open_promptly(self: KernelWebsocketHandler, kernel_id: str) -> None:
    self.set_nodelay(True)
    await _open(self, kernel_id)


if __name__ == "__main__":
    KernelWebsocketHandler.open = _open_promptly
    LabApp.launch_instance(sys.argv[sys.argv.index("lab") + 1 :])
