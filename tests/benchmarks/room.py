"""Thirty learners on one server: each has a kernel and an explorer, and moves something twice a second for a minute.

What the page does is done over its websockets: a cell is run, a step that is not at hand is asked for, the pictures
around it are asked for ahead, just as `stage.js` does: at most one request is under way, and after it the newest wish.
A move has its picture when that one is shown, or a later one. At first they move the step alone. Then every tenth move
is of another control, which drops all pictures: each learner does so in their own time, and then all within the same
half second, as when a lecturer says so. The learners themselves cost next to nothing, but run on the same machine.
"""

import asyncio
import json
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from gdlab.explorers.controls import IntSlider, LogSlider, Slider, Steps
from tests.benchmarks.report import Table, median, memory_of, p95, seconds_of
from tests.browser import lab
from tests.explorers.steering import EXPLORERS

LEARNERS, TWICE_A_SECOND = 30, 0.5
NEVER = 10
WAYS: dict[str, Callable[[int], int]] = {
    "the step alone": lambda learner: NEVER,
    "settings in their own time": lambda learner: learner % 10,
    "settings all at once": lambda learner: 9,
}
"""Which of ten moves is of a setting, for each learner."""
NEAR, BATCH, FEW, NEXT, TELL_AFTER = 6, 12, 3, 2, 2.0  # as in stage.js
BY_FILES = 'c.KernelManager.transport = "ipc"\n'
"""For the server: of thirty kernels that start at one moment, two may draw the same port, and then one stays down."""
PIDS = {"kernel": "__import__('os').getpid()", "server": "__import__('os').getppid()"}


class Learner:
    """One kernel, one explorer, and what was sent and came back."""

    def __init__(self, address: str, explorer_class: type) -> None:
        self.base, self.token = address.split("/{}?token=")
        self.explorer_class, self.session = explorer_class, Session()
        controls = explorer_class.controls
        self.step = next(name for name, control in controls.items() if isinstance(control, Steps))
        sliders = [name for name, control in controls.items() if isinstance(control, Slider | IntSlider | LogSlider)]
        self.setting = sliders[0] if sliders and not explorer_class.long_work else self.step
        self.room = {"width": round(100 * explorer_class.width)}  # a screen with as many pixels as CSS counts
        self.values: dict[str, Any] = {}
        self.at_hand: set[int] = set()
        self.expected: set[int] = set()
        self.under_way, self.moves = False, 0
        self.untold_since: float | None = None
        self.waiting: dict[int, float] = {}  # since when, by move
        self.took: list[float] = []
        self.shown_at_once = 0
        self.replies: dict[str, asyncio.Future] = {}
        self.ended: dict[str, asyncio.Event] = {}

    def ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(f"{self.base}/api/{path}?token={self.token}", method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, b"{}" if method == "POST" else None, timeout=120) as answer:
            return json.load(answer)

    async def arrive(self) -> None:
        """Start the kernel, run the cell, and find the slider and the picture among the widgets."""
        kernel = await asyncio.to_thread(self.ask, "kernels", "POST")
        self.kernel = kernel["id"]
        url = f"{self.base.replace('http', 'ws', 1)}/api/kernels/{self.kernel}/channels?token={self.token}"
        self.socket = await websocket_connect(
            HTTPRequest(url, connect_timeout=180, request_timeout=180),  # while thirty kernels start
            subprotocols=["v1.kernel.websocket.jupyter.org"],
            max_message_size=2**28,
        )
        self.listening = asyncio.create_task(self.listen())
        reply = await self.execute(f"import gdlab\nexplorer = gdlab.{self.explorer_class.__name__}()\nexplorer")
        self.pids = {one: int(value["data"]["text/plain"]) for one, value in reply["user_expressions"].items()}
        await self.say({"do": "show", "ask": "page", **self.room})
        self.at_hand = {self.values[self.step]}
        await self.plan()

    async def execute(self, code: str) -> dict[str, Any]:
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": PIDS}
        message = self.session.msg("execute_request", content)
        name = message["header"]["msg_id"]
        reply = self.replies[name] = asyncio.get_running_loop().create_future()
        ended = self.ended[name] = asyncio.Event()
        await self.send(message)
        await asyncio.wait_for(ended.wait(), 180)  # all that the cell gave has come: the reply may be earlier
        return await asyncio.wait_for(reply, 180)

    async def send(self, message: dict[str, Any]) -> None:
        parts = self.session.serialize(message)[2:]  # without delimiter and signature
        await self.socket.write_message(serialize_msg_to_ws_v1(parts, "shell"), binary=True)

    async def listen(self) -> None:
        while (raw := await self.socket.read_message()) is not None:
            _, parts = deserialize_msg_from_ws_v1(raw)
            header, parent, _, content = (json.loads(part) for part in parts[:4])
            kind, about = header["msg_type"], parent.get("msg_id")
            if kind == "comm_open" and "shown" in content["data"]["state"]:
                self.stage, self.values = content["comm_id"], content["data"]["state"]["shown"]["values"]
            elif kind == "status" and content["execution_state"] == "idle" and about in self.ended:
                self.ended.pop(about).set()
            elif kind == "execute_reply" and about in self.replies:
                self.replies.pop(about).set_result(content)
            elif kind == "comm_msg" and content["comm_id"] == self.stage and len(parts) > 4:
                await self.see(content["data"]["content"])

    async def see(self, frame: dict[str, Any]) -> None:
        """Take in a picture, asked for or made ahead, and ask for more."""
        if frame["say"] == "frame" and str(frame["ask"]).startswith("page:"):
            self.under_way = False
            self.shows(int(frame["ask"].removeprefix("page:")))
        same = {**frame["values"], self.step: None} == {**self.values, self.step: None}
        if same:
            self.at_hand.add(frame["values"][self.step])
            self.expected.discard(frame["values"][self.step])
        if self.waiting and not self.under_way:
            await self.wish()
        await self.plan()

    def shows(self, move: int) -> None:
        """Take down how long this move waited, and each before it."""
        for one in [one for one in self.waiting if one <= move]:
            self.took.append(1000 * (time.perf_counter() - self.waiting.pop(one)))

    async def wish(self) -> None:
        self.under_way = True
        await self.say({"do": "set", "values": self.values, "ask": f"page:{self.moves}", **self.room})

    async def plan(self) -> None:
        if self.waiting or len(self.expected) > BATCH / 3:
            return
        every = self.explorer_class.controls[self.step].positions
        here = every.index(self.values[self.step])
        around = [here + side * k for k in range(1, NEAR + 1) for side in (1, -1) if side == 1 or k <= NEAR / 2]
        missing = [at for at in around if 0 <= at < len(every) and every[at] not in self.at_hand][:BATCH]
        wanted = [every[at] for at in missing]
        worth_it = len(missing) >= FEW or any(abs(at - here) <= NEXT for at in missing)
        if worth_it and not set(wanted) <= self.expected:
            self.expected = set(wanted)
            await self.tell(wanted)

    async def tell(self, steps: Sequence[int] = ()) -> None:
        moved, self.untold_since = self.untold_since is not None, None
        if self.under_way:
            return
        told = {"values": self.values, "moved": moved, "revision": 0, "steps": steps}  # no cell sets a step
        await self.say({"do": "at", "ask": "page", **told})

    async def say(self, content: dict[str, Any]) -> None:
        await self.send(
            self.session.msg("comm_msg", {"comm_id": self.stage, "data": {"method": "custom", "content": content}})
        )

    async def steer(self, seconds: float, delay: float, first: int) -> None:
        """Move something twice a second, answered or not; of ten moves one, from `first` on, is a setting."""
        self.took, self.shown_at_once = [], 0
        began = time.perf_counter() + delay
        for count in range(int(seconds / TWICE_A_SECOND)):
            await asyncio.sleep(max(0.0, began + count * TWICE_A_SECOND - time.perf_counter()))
            name = self.setting if count % 10 == first else self.step
            every = self.explorer_class.controls[name].positions
            value = every[(every.index(self.values[name]) + 1) % len(every)]
            self.values, self.moves = {**self.values, name: value}, self.moves + 1
            if name == self.step and value in self.at_hand:
                self.shown_at_once += 1
                self.shows(self.moves)
                self.untold_since = self.untold_since or time.perf_counter()
                await self.plan()
                if self.untold_since and time.perf_counter() - self.untold_since > TELL_AFTER:
                    await self.tell()
                continue
            if name != self.step:
                self.at_hand.clear()
            self.expected.clear()
            self.waiting[self.moves] = time.perf_counter()
            if not self.under_way:
                await self.wish()


async def class_of(count: int, address: str, seconds: float) -> list[dict[str, float]]:
    """Return what was measured with a class that steers in each of the ways."""
    teachable = [one for one in EXPLORERS if any(isinstance(c, Steps) for c in one.controls.values())]
    learners = [Learner(address, teachable[index % len(teachable)]) for index in range(count)]
    began = time.perf_counter()
    await asyncio.gather(*(learner.arrive() for learner in learners))
    arrived = {"first pictures on every page after, s": time.perf_counter() - began}
    measured = [arrived | await steered(learners, seconds, first) for first in WAYS.values()]
    for learner in learners:
        learner.listening.cancel()
        learner.socket.close()
        await asyncio.to_thread(_delete, learner)
    return measured


async def steered(learners: list[Learner], seconds: float, first: Callable[[int], int]) -> dict[str, float]:
    count = len(learners)
    await asyncio.sleep(3)
    kernels, server = [learner.pids["kernel"] for learner in learners], learners[0].pids["server"]
    used, began = [seconds_of(pid) for pid in (*kernels, server)], time.perf_counter()
    await asyncio.gather(
        *(
            learner.steer(seconds, TWICE_A_SECOND * index / count, first(index))
            for index, learner in enumerate(learners)
        )
    )
    await asyncio.sleep(5)
    lasted = time.perf_counter() - began
    used = [seconds_of(pid) - before for pid, before in zip((*kernels, server), used, strict=True)]
    took = [one for learner in learners for one in learner.took] or [0.0]
    at_hand = sum(learner.shown_at_once for learner in learners)
    return {
        "moves": float(count * int(seconds / TWICE_A_SECOND)),
        "of them shown at once, from pictures at hand": float(at_hand),
        "moves without a picture": float(sum(len(learner.waiting) for learner in learners)),
        "kernels that answer at the end": float(len(await asyncio.gather(*(one.execute("1") for one in learners)))),
        "latency of all moves, 95 %, ms": p95([*took, *[0.0] * at_hand]),
        "latency of those not at hand, median, ms": median(took),
        "latency of those not at hand, 95 %, ms": p95(took),
        "a learner's kernel, MB": sum(map(memory_of, kernels)) / count,
        "the largest kernel, MB": max(map(memory_of, kernels)),
        "the server, MB": memory_of(server),
        "cores for a learner's kernel": sum(used[:-1]) / count / lasted,
        "cores for the server": used[-1] / lasted,
    }


def _delete(learner: Learner) -> None:
    url = f"{learner.base}/api/kernels/{learner.kernel}?token={learner.token}"
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=60).close()


def measure(quick: bool) -> list[Table]:
    count, seconds = (6, 8.0) if quick else (LEARNERS, 40.0)
    with tempfile.TemporaryDirectory() as scratch:
        folder, settings = Path(scratch) / "notebooks", Path(scratch) / "jupyter"
        folder.mkdir()
        (settings / "config").mkdir(parents=True)
        (settings / "config" / "jupyter_server_config.py").write_text(BY_FILES, encoding="utf-8")
        with lab.server(folder, settings) as address:
            alone = asyncio.run(class_of(1, address, seconds / 4))
            together = asyncio.run(class_of(count, address, seconds))
    table = Table(["", "one learner", *(f"{count}: {way}" for way in WAYS)])
    for name in together[0]:
        table.add(name, *(measured[name] for measured in (alone[1], *together)))
    table.notes.append(
        f"Each moves something twice a second for {seconds:.0f} s: the step alone, or every tenth time a setting. The "
        "explorers are dealt out in turn, and drawn for a screen of 100 pixels an inch. What is at hand counts as "
        "0 ms: the page needs no kernel for it. Nobody moves a setting that trains for longer than half a second: "
        "that costs what training costs."
    )
    kernel, server = together[1]["a learner's kernel, MB"], alone[1]["the server, MB"]
    cores = together[1]["cores for a learner's kernel"]
    needs = Table(["for an instructor", "memory", "cores while all steer"], title="What a learner needs")
    needs.add("one server for all (kernels only)", f"{kernel:.0f} MB", cores)
    needs.add("JupyterHub, one machine: a server of one's own", f"{kernel + server:.0f} MB", cores * 1.3)
    needs.add("Kubernetes: request (limit twice that)", f"{-(-(kernel + server) // 128) * 128:.0f} MB", cores * 1.3)
    needs.notes.append("Computed from the table above: a kernel, and a server of one's own, with 30 % for its work.")
    return [table, needs]
