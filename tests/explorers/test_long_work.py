"""Work that takes long: a first picture at once, the rest in the kernel's idle time, and a newer change ends it."""

import asyncio
from typing import ClassVar

import pytest

from gdlab.explorers.controls import Slider
from gdlab.explorers.explorer import Explorer
from tests.explorers.steering import move

PARTS = 4


class Counting(Explorer):
    """Counts to `PARTS`, slowly if it has to."""

    controls: ClassVar = {"goal": Slider("Goal", 1, 1, 9, 1)}
    height = 1.0
    long_work = "Counting"

    def __init__(self, **values):
        self.drawn, self.worked, self.fails_at = [], [], None
        super().__init__(**values)

    def build(self, figure):
        self.text = self.moving(figure.text(0.1, 0.5, ""))

    def compute(self, goal):
        return goal, PARTS

    def stages(self, goal):
        for part in range(PARTS + 1):
            if part == self.fails_at:
                raise ArithmeticError("lost count")
            self.worked.append((goal, part))
            yield part / PARTS, (goal, part)

    def draw(self, numbers):
        self.drawn.append(numbers)
        self.text.set_text(str(numbers))

    def caption(self, numbers):
        return f"For goal {numbers[0]:.0f} the count is {numbers[1]}."


def caption(explorer):
    return explorer._words


def bar(explorer):
    return explorer._share_done, "visible" if explorer._share_done < 1 else "hidden"


async def until_done(explorer):
    for _ in range(200):
        if explorer._under_way is None:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never ends")


def in_a_kernel(story):
    """Run a coroutine as a cell runs: in a loop that also does what is to be done later."""
    return asyncio.run(story())


def test_without_a_kernel_all_is_done_at_once_and_drawn_once():
    explorer = Counting()
    assert caption(explorer) == "For goal 1 the count is 4."
    explorer.values = {"goal": 5}
    assert explorer.drawn == [(1, PARTS), (5, PARTS)]
    assert bar(explorer) == (1.0, "hidden")


def test_in_a_kernel_the_first_picture_comes_at_once_and_the_rest_by_itself():
    async def story():
        explorer = Counting()
        assert explorer.drawn == [(1, 0)]
        assert bar(explorer) == (0.0, "visible")
        await until_done(explorer)
        assert [part for _, part in explorer.drawn] == list(range(PARTS + 1))
        assert bar(explorer) == (1.0, "hidden")
        assert caption(explorer) == "For goal 1 the count is 4."

    in_a_kernel(story)


def test_a_newer_change_ends_the_older_work():
    async def story():
        explorer = Counting()
        older = explorer._tasks["work"]
        move(explorer, "goal", 7.0)
        await asyncio.sleep(0.005)
        assert older.done()
        await until_done(explorer)
        assert [part for goal, part in explorer.worked if goal == 1] == [0]
        assert explorer.drawn[1:] == [(7, part) for part in range(PARTS + 1)]

    in_a_kernel(story)


def test_the_stored_picture_is_the_whole_one_and_nothing_is_done_twice():
    async def story():
        explorer = Counting()
        data, _ = explorer._repr_mimebundle_()
        assert data["text/plain"] == "Counting: For goal 1 the count is 4."
        await asyncio.sleep(0.05)
        assert explorer.worked == [(1, part) for part in range(PARTS + 1)]
        return data["image/png"]

    assert in_a_kernel(story) == Counting()._repr_mimebundle_()[0]["image/png"]


def test_closing_ends_the_work():
    async def story():
        explorer = Counting()
        explorer.close()
        await asyncio.sleep(0.05)
        assert explorer.worked == [(1, 0)]

    in_a_kernel(story)


@pytest.mark.parametrize("whole", [True, False], ids=["for the stored picture", "in idle time"])
def test_a_failure_on_the_way_is_told_and_ends_the_work(whole):
    async def story():
        explorer = Counting()
        explorer.fails_at = 2
        if whole:
            explorer.finish()
        await until_done(explorer)
        assert isinstance(explorer.error, ArithmeticError)
        assert "lost count" in explorer._alert
        assert bar(explorer)[1] == "hidden"
        explorer.fails_at = None
        explorer.values = {"goal": 3}
        await until_done(explorer)
        assert explorer.error is None
        assert caption(explorer) == "For goal 3 the count is 4."

    in_a_kernel(story)
