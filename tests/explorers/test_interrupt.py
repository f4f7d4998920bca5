"""The kernel's interrupt while an explorer draws: the page says so, nothing is lost, and a loop in a cell ends."""

import queue
import time

import pytest
from jupyter_client.manager import start_new_kernel

from tests.explorers.steering import move, picture, words
from tests.explorers.test_explorer import PHASES, Toy, shown


class Interrupted(Toy):
    """Is interrupted in the phase that `fails` names."""

    def count(self, phase):
        if phase == self.fails:
            raise KeyboardInterrupt
        super().count(phase)


@pytest.mark.parametrize("phase", PHASES)
def test_an_interrupt_is_told_on_the_page_passed_on_and_loses_nothing(phase):
    toy = Interrupted(step=2)
    before = picture(toy), words(toy)
    toy.fails = phase
    with pytest.raises(KeyboardInterrupt):
        move(toy, "ground", "hill")
    assert "could not be drawn: the kernel was interrupted. The picture is the one before" in shown(toy)
    assert (picture(toy), words(toy)) == before
    toy.fails = None
    toy.values = {"step": 5}
    assert toy.error is None
    assert picture(toy) == picture(Toy(ground="hill", step=5))


SLOW = """
import time
from tests.explorers.test_explorer import Toy

class Slow(Toy):
    def compute(self, **values):
        if values["step"] == 3:
            print("begun", flush=True)
            time.sleep(60)
        return super().compute(**values)

toy = Slow()
toy._stage.comm.comm_id
"""


def test_in_a_kernel_a_change_that_is_interrupted_leaves_the_kernel_and_the_explorer_working():
    manager, client = start_new_kernel()
    try:
        stage = reply(client, client.execute(SLOW, user_expressions={"id": "toy._stage.comm.comm_id"}), "id")
        content = {
            "comm_id": stage.strip("'"),
            "data": {"method": "custom", "content": {"do": "set", "values": {"step": 3}, "ask": "1"}},
        }
        client.shell_channel.send(client.session.msg("comm_msg", content))
        wait_for_print(client, "begun")
        began = time.monotonic()
        manager.interrupt_kernel()
        said = reply(client, client.execute("", user_expressions={"said": "toy._alert or toy._words"}), "said")
        assert time.monotonic() - began < 20
        assert "the kernel was interrupted" in said
        code = "toy.values = {'step': 4}"
        said = reply(client, client.execute(code, user_expressions={"said": "toy._alert or toy._words"}), "said")
        assert "At step 4" in said
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def reply(client, request, name):
    """Return what the kernel says to a request's user expression."""
    while (answer := client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != request:
        pass
    return answer["content"]["user_expressions"][name]["data"]["text/plain"]


def wait_for_print(client, text):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            message = client.get_iopub_msg(timeout=1)
        except queue.Empty:
            continue
        if text in message["content"].get("text", ""):
            return
    raise AssertionError(f"the kernel never printed {text!r}")
