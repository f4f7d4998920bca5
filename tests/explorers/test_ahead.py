"""Pictures made ahead of the reader: which ones, in which order, and how slowly where others need the machine."""

import asyncio

import pytest

import gdlab
from gdlab.explorers import explorer
from tests.explorers.steering import hear, picture, sent


def made_ahead(asks, monkeypatch=None, waited=0.0):
    """Let the page ask for pictures; return those that came, and the pauses between them."""
    pauses = []

    async def whole():
        fit = gdlab.LineFit(step=5)
        messages, sleep = sent(fit), asyncio.sleep

        async def pausing(seconds):
            pauses.append(seconds)
            await sleep(0)

        if monkeypatch:
            clock = iter(range(10**6))
            monkeypatch.setattr(explorer.asyncio, "sleep", pausing)
            monkeypatch.setattr(explorer.time, "monotonic", lambda: waited * next(clock))
            monkeypatch.setattr(explorer, "_own_time", lambda: 0.0)
        for values, steps in asks:
            hear(fit, do="at", values={**fit.values, **values}, moved=False, revision=0, steps=steps, ask="page:1")
        if fit._tasks:
            await asyncio.wait_for(fit._tasks["ahead"], 60)
        fit.close()
        return [(content, png) for content, png in messages if content["say"] == "ahead"]

    return asyncio.run(whole()), pauses


def test_they_come_in_the_order_in_which_they_are_wanted_and_are_the_right_ones():
    came, _ = made_ahead([({}, [6, 4, 7])])
    assert [content["values"]["step"] for content, _ in came] == [6, 4, 7]
    for content, png in came:
        twin = gdlab.LineFit(step=content["values"]["step"])
        assert (png, content["words"]) == (picture(twin), twin._words)


def test_a_newer_list_takes_the_place_of_an_older_one_and_one_for_other_values_has_none():
    came, _ = made_ahead([({}, [6, 7]), ({}, [9])])
    assert [content["values"]["step"] for content, _ in came] == [9]
    assert made_ahead([({"learning_rate": 0.1}, [6])])[0] == []


@pytest.mark.parametrize(
    ("waited", "pause"), [(0.0, explorer.PAUSE), (0.01, 0.005), (0.1, 0.5), (3.0, explorer.LONGEST_PAUSE)]
)
def test_they_come_slowly_where_others_need_the_machine(monkeypatch, waited, pause):
    came, pauses = made_ahead([({}, [6, 7, 8])], monkeypatch, waited)
    assert len(came) == 3
    first, soon, *far = pauses  # from step 5, 8 is far
    assert (first, soon) == pytest.approx((explorer.PAUSE, min(pause, explorer.SHORT)))
    assert sum(far) == pytest.approx(pause)


def test_what_the_reader_comes_near_to_is_not_far_any_more():
    fit = gdlab.LineFit(step=5)
    assert [step for step in fit.controls["step"].positions if not fit._is_far(step)] == [3, 4, 5, 6, 7]
    hear(fit, do="at", values={**fit.values, "step": 8}, moved=True, revision=0, steps=[], ask="page:1")
    assert not fit._is_far(9)
