"""An explorer made 200 times, in a real kernel: closed by its maker, and left to the cell that is run again."""

from typing import Any

from jupyter_client.manager import start_new_kernel

from tests.benchmarks.report import Table

MEMORY = "next(int(line.split()[1]) for line in open('/proc/self/smaps_rollup') if line.startswith('Pss:')) / 1024"
GIVE_BACK = """
import ctypes, gc
gc.collect()
libc = ctypes.CDLL(None)
libc.malloc_trim(0)  # what is only held in reserve
libc.mallinfo2.restype = type("", (ctypes.Structure,), {"_fields_": [(f"f{k}", ctypes.c_size_t) for k in range(10)]})
"""
ALLOCATED = "libc.mallinfo2().f7 / 2**20"
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
        allocated = [in_use for _, in_use in sizes]
        table.add(name, *[mb for mb, _ in sizes], (allocated[-1] - allocated[-2]) / (marks[-1] - marks[-2]))
    table.notes.append(
        f"`{EXPLORER}`; memory is the kernel's share (PSS) without what the memory manager only holds in reserve, "
        "which goes up and down by some 50 MB. The last column is exact: what is allocated and not freed. The first "
        "hundred megabytes are NumPy, matplotlib and the kernel."
    )
    return [table]


def sizes_after(code: str, marks: list[int]) -> list[list[float]]:
    """Run a cell again and again as the page does, naming it; return the kernel's MB at the marks, held and in use."""
    manager, client = start_new_kernel()
    try:
        sizes = []
        for time in range(1, marks[-1] + 1):
            run(client, code, cell="benchmark")
            if time in marks:
                reply = run(client, GIVE_BACK, {"held": MEMORY, "in use": ALLOCATED})
                sizes.append([float(one["data"]["text/plain"]) for one in reply["user_expressions"].values()])
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
