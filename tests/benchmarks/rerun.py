"""An explorer made 200 times, in a real kernel: closed by its maker, and left to the cell that is run again."""

from typing import Any

from jupyter_client.manager import start_new_kernel

from tests.benchmarks.report import Table

MEMORY = "next(int(line.split()[1]) for line in open('/proc/self/smaps_rollup') if line.startswith('Pss:')) / 1024"
EXPLORER = "RuleRace"
CASES = {
    "made and closed": "import gdlab\ngdlab.{0}().close()",
    "made and shown by one cell, run again and again": "import gdlab\nexplorer = gdlab.{0}()\nexplorer",
    "a figure of pyplot, shown inline, likewise": (
        "import gdlab, matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(9, 5.9))\naxes.plot([1, 2])\n"
        "plt.show()"
    ),
}


def measure(quick: bool) -> list[Table]:
    times = 40 if quick else 200
    marks = [1, times // 10, times // 2, times]
    table = Table(["MB after", *[f"{mark} times" for mark in marks], "a time, over the second half"])
    for name, code in CASES.items():
        sizes = sizes_after(code.format(EXPLORER), marks)
        table.add(name, *sizes, (sizes[-1] - sizes[-2]) / (marks[-1] - marks[-2]))
    table.notes.append(
        f"`{EXPLORER}`; memory is the kernel's share (PSS). The first hundred megabytes are NumPy, matplotlib and the "
        "kernel; what the system's memory manager holds in reserve comes within the first twenty times."
    )
    return [table]


def sizes_after(code: str, marks: list[int]) -> list[float]:
    """Run a cell again and again as the page does, naming it; return the kernel's megabytes at the marks."""
    manager, client = start_new_kernel()
    try:
        sizes = []
        for time in range(1, marks[-1] + 1):
            run(client, code, cell="benchmark")
            if time in marks:
                reply = run(client, "import gc; gc.collect()", {"mb": MEMORY})
                sizes.append(float(reply["user_expressions"]["mb"]["data"]["text/plain"]))
        return sizes
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client: Any, code: str, wanted: dict[str, str] | None = None, cell: str = "") -> dict[str, Any]:
    """Run code, wait until all that it gives has come, and return the reply."""
    content = {"code": code, "store_history": bool(cell), "silent": False, "user_expressions": wanted or {}}
    message = client.session.msg("execute_request", content, metadata={"cellId": cell} if cell else {})
    client.shell_channel.send(message)
    while (answer := client.get_shell_msg(timeout=120))["parent_header"].get("msg_id") != message["header"]["msg_id"]:
        pass
    reply = answer["content"]
    while True:
        output = client.get_iopub_msg(timeout=120)
        mine = output["parent_header"].get("msg_id") == message["header"]["msg_id"]
        if mine and output["content"].get("execution_state") == "idle":
            break
    if reply["status"] != "ok":
        raise RuntimeError(f"{reply['ename']}: {reply['evalue']}")
    return reply
