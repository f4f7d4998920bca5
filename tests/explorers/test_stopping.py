"""Long work that a reader can stop and let go on; `tests.explorers.test_long_work` has what holds of all long work."""

import asyncio

from tests.explorers.steering import hear
from tests.explorers.test_long_work import PARTS, Counting, bar, caption, in_a_kernel, until_done


class Stoppable(Counting):
    stoppable = True


class Quiet(Stoppable):
    """Has something new to show at the first and the last part only."""

    def stages(self, goal):
        for share, numbers in super().stages(goal):
            yield share, numbers if share in (0, 1) else None


def button(explorer):
    frame = explorer._frame()
    return "Continue" if frame["stopped"] else "Stop", frame["share"] >= 1


def test_stopped_work_stays_where_it_is_until_it_goes_on():
    async def story():
        explorer = Stoppable()
        await asyncio.sleep(0.005)  # one part more
        assert button(explorer) == ("Stop", False)
        hear(explorer, do="stop", ask="page:1")
        done = list(explorer.worked)
        await asyncio.sleep(0.05)
        assert explorer.worked == done
        assert 0 < len(done) <= PARTS
        assert button(explorer) == ("Continue", False)
        assert explorer._frame()["left"] == "stopped"
        assert bar(explorer)[1] == "visible"
        hear(explorer, do="go_on", ask="page:2")
        await until_done(explorer)
        assert caption(explorer) == "For goal 1 the count is 4."
        assert button(explorer) == ("Stop", True)
        assert explorer._frame()["left"] == ""

    in_a_kernel(story)


def test_what_changes_while_it_is_stopped_is_shown_and_starts_nothing():
    async def story():
        explorer = Stoppable()
        explorer.stop()
        explorer.values = {"goal": 3}
        assert caption(explorer) == "For goal 3 the count is 0."
        await asyncio.sleep(0.05)
        assert explorer.worked[-1] == (3, 0)
        assert button(explorer) == ("Continue", False)
        explorer._repr_mimebundle_()
        assert explorer.worked[-1] == (3, 0)

    in_a_kernel(story)


def test_reset_lets_it_go_on():
    async def story():
        explorer = Stoppable()
        explorer.values = {"goal": 3}
        explorer.stop()
        explorer.reset()
        await until_done(explorer)
        assert caption(explorer) == "For goal 1 the count is 4."

    in_a_kernel(story)


def test_without_a_kernel_a_stopped_explorer_goes_on_too():
    explorer = Stoppable()
    explorer.stop()  # nothing is under way
    explorer.go_on()
    assert button(explorer) == ("Stop", True)
    assert caption(explorer) == "For goal 1 the count is 4."


def test_work_with_nothing_new_to_see_moves_the_bar_and_draws_nothing():
    async def story():
        explorer = Quiet()
        shares = set()
        while explorer._under_way is not None:
            shares.add(bar(explorer)[0])
            await asyncio.sleep(0)
        assert shares >= {0.0, 0.25, 0.5, 0.75}
        assert explorer.drawn == [(1, 0), (1, PARTS)]

    in_a_kernel(story)


def test_the_time_left_is_told_while_it_works():
    async def story():
        explorer = Stoppable()
        seen = set()
        while explorer._under_way is not None:
            seen.add(explorer._frame()["left"])
            await asyncio.sleep(0.005)
        assert any(words.endswith(" s left") for words in seen)

    in_a_kernel(story)


def test_a_failure_is_no_stop():
    async def story():
        explorer = Stoppable()
        explorer.fails_at = 2
        await until_done(explorer)
        assert button(explorer) == ("Stop", True)
        assert "lost count" in explorer._alert

    in_a_kernel(story)


def test_only_stoppable_work_has_the_button():
    assert Stoppable()._stage.spec["stoppable"]
    assert not Counting()._stage.spec["stoppable"]
