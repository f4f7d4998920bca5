"""The base of all explorers, on a small one that counts what it does and can be told to fail."""

import asyncio
import re
from typing import ClassVar

import matplotlib as mpl
import numpy as np
import pytest

from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Slider, Steps
from gdlab.explorers.explorer import Explorer
from tests.explorers.steering import alert, hear, move, picture, pixels, redrawn, sent, texts_of, words

pytestmark = pytest.mark.filterwarnings("error")

PHASES = ["compute", "caption", "set_scene", "draw"]


class Toy(Explorer):
    """A dot above a line."""

    controls: ClassVar = {
        "height": Slider("Height", 1.0, 0.0, 2.0, 0.5),
        "ground": Choice("Ground", {"plain": "a plain", "hill": "a hill"}, "plain"),
        "step": Steps("Step", 10),
    }
    height = 2.0
    scenery = ("ground",)

    def __init__(self, **values):
        self.calls = dict.fromkeys(PHASES, 0)
        self.fails = None
        super().__init__(**values)

    def count(self, phase):
        self.calls[phase] += 1
        if phase == self.fails:
            raise ArithmeticError(f"<no> {phase}")

    def build(self, figure):
        self.axes = figure.add_axes((0.1, 0.2, 0.8, 0.7))
        (self.ground,) = self.axes.plot([], [], color=style.MUTED)
        dot, name = (
            self.axes.plot([], [], "o", color=style.BLUE, markersize=20)[0],
            self.axes.text(0, 0, "", color=style.VERMILLION),
        )
        self.dot, self.name = self.moving(dot, name)

    def compute(self, height, ground, step):
        self.count("compute")
        return {"height": height, "ground": ground, "step": step}

    def caption(self, numbers):
        self.count("caption")
        return f"At step {numbers['step']} the dot is at height {numbers['height']}, above <{numbers['ground']}>."

    def set_scene(self, numbers):
        hill = numbers["ground"] == "hill"
        self.axes.set(xlim=(0, 20 if hill else 10), ylim=(-1, 3))
        self.ground.set_data([0, 5, 10], [0, int(hill), 0])
        self.count("set_scene")

    def draw(self, numbers):
        self.dot.set_data([numbers["step"]], [numbers["height"]])
        self.name.set_position((numbers["step"], numbers["height"] + 0.5))
        self.name.set_text(f"{numbers['step']}")
        self.count("draw")


@pytest.fixture
def toy():
    return Toy()


def shown(explorer):
    """The words on the page."""
    return explorer._alert or explorer._words


# --- one change, one picture ---


def test_a_change_of_several_values_draws_once(toy):
    before = dict(toy.calls)
    toy.values = {"height": 2.0, "ground": "hill", "step": 7}
    assert {phase: toy.calls[phase] - before[phase] for phase in PHASES} == dict.fromkeys(PHASES, 1)


@pytest.mark.parametrize(("name", "value"), [("height", 0.0), ("ground", "hill"), ("step", 3)])
def test_a_change_on_the_page_draws_once(toy, name, value):
    before = toy.calls["draw"]
    move(toy, name, value)
    assert toy.calls["draw"] - before == 1


def test_a_change_of_several_values_sends_one_picture(toy):
    messages = sent(toy)
    toy.values = {"height": 2.0, "ground": "hill", "step": 7}
    ((content, png),) = messages
    assert content["values"] == toy.values
    assert (content["words"], png) == (words(toy), picture(toy))


def test_a_picture_is_described_by_caption_and_titles_where_no_more_is_said_of_it(toy, monkeypatch):
    messages = sent(toy)
    (axes,) = toy._painting.figure.axes
    axes.set_title("")
    axes.set_title("A hill\nfrom above", loc="left")
    toy.values = {"step": 3}
    monkeypatch.setattr(type(toy), "description", lambda self, numbers: "A dot on a hill.")
    toy.values = {"step": 4}
    assert [content["described"] for content, _ in messages] == [
        messages[0][0]["words"] + " In the picture: A hill, from above",
        "A dot on a hill.",
    ]


def test_the_background_is_made_anew_only_when_the_scenery_changes(toy):
    assert toy.calls["set_scene"] == 1
    toy.values = {"height": 2.0, "step": 7}
    assert toy.calls["set_scene"] == 1
    toy.values = {"ground": "hill"}
    assert toy.calls["set_scene"] == 2
    toy.values = {"ground": "hill", "step": 1}
    assert toy.calls["set_scene"] == 2


def test_what_moved_leaves_no_trace(toy):
    start = picture(toy)
    seen = {start}
    for step in (3, 9, 0):
        toy.values = {"step": step, "ground": "hill" if step == 9 else "plain"}
        seen.add(picture(toy))
        assert picture(toy) == redrawn(toy)
    assert len(seen) == 3
    toy.values = {"step": 0}
    assert picture(toy) == start


def test_an_artist_that_is_not_to_be_seen_is_not_drawn(toy):
    blue = [0, 114, 178]
    assert (pixels(picture(toy)) == blue).all(axis=-1).any()
    toy.dot.set_visible(False)
    toy.values = {"step": 5}
    assert not (pixels(picture(toy)) == blue).all(axis=-1).any()


def test_moving_returns_what_it_was_given(toy):
    first, second = mpl.lines.Line2D([], []), mpl.lines.Line2D([], [])
    assert toy.moving(first) is first
    assert toy.moving(first, second) == (first, second)
    assert first.get_animated()
    assert second.get_animated()


# --- the picture ---


def test_the_paper_is_white_and_the_picture_as_large_as_said(toy):
    image = pixels(picture(toy))
    assert image.shape == (round(2.0 * style.DPI), round(style.INCHES * style.DPI), 3)
    for corner in (image[0, 0], image[0, -1], image[-1, 0], image[-1, -1]):
        assert corner.tolist() == [255, 255, 255]


def test_the_page_gets_pictures_in_the_size_it_has_room_for(toy):
    start, messages = picture(toy), sent(toy)
    hear(toy, do="show", width=640)
    hear(toy, do="set", values={"step": 4}, width=640)
    hear(toy, do="set", values={"step": 0, "ground": "hill"}, width=640)
    hear(toy, do="set", values={"ground": "plain"}, width=9000)
    shapes = [pixels(png).shape[:2] for _, png in messages]
    assert shapes == [(142, 640)] * 3 + [(400, 1800)]
    assert messages[-1][1] == start
    hear(toy, do="reset", width=1)
    assert pixels(messages[-1][1]).shape[:2] == (40, 180)


def test_what_is_kept_is_in_full_size_however_small_the_page(toy):
    hear(toy, do="set", values={"step": 4}, width=640)
    small = picture(toy)
    twin = Toy(step=4)
    assert toy.png() == twin.png() != small
    assert toy.png(caption=True) == twin.png(caption=True)
    assert toy._repr_mimebundle_()[0]["image/png"] == twin._repr_mimebundle_()[0]["image/png"]
    assert picture(toy) == small == redrawn(toy)


def test_a_picture_has_its_own_caption_although_a_hand_moves_on(toy, monkeypatch):
    class HandWaits:
        inside, waits = 0, True

        def __enter__(self):
            self.inside += 1

        def __exit__(self, *_):
            self.inside -= 1
            if self.waits and not self.inside:
                self.waits = False
                hear(toy, do="set", values={"step": 4})

    before = toy.png(caption=True)
    monkeypatch.setattr("gdlab.explorers.explorer.LOCK", HandWaits())
    assert toy.png(caption=True) == before
    assert toy.values["step"] == 4
    assert toy.png(caption=True) != before


def test_the_look_does_not_depend_on_the_settings_of_the_notebook(toy):
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 20, "axes.grid": True, "xtick.direction": "in"}):
        other = Toy()
        other.values = {"step": 4, "ground": "hill"}
    toy.values = {"step": 4, "ground": "hill"}
    assert picture(other) == picture(toy)


def test_the_settings_of_the_notebook_stay_as_they_are():
    before = dict(mpl.rcParams)
    Toy().values = {"step": 4, "ground": "hill"}
    assert dict(mpl.rcParams) == before


# --- state ---


def test_values_are_where_the_controls_stand(toy):
    assert toy.values == {"height": 1.0, "ground": "plain", "step": 0}
    move(toy, "step", 4)
    assert toy.values == {"height": 1.0, "ground": "plain", "step": 4}
    toy.values = {"ground": "hill"}
    assert toy.values == {"height": 1.0, "ground": "hill", "step": 4}


def test_an_explorer_can_start_elsewhere_and_goes_back_there():
    toy = Toy(step=6, height=0.5)
    assert toy.values == {"height": 0.5, "ground": "plain", "step": 6}
    start = picture(toy)
    toy.values = {"height": 2.0, "ground": "hill", "step": 0}
    toy.reset()
    assert toy.values == {"height": 0.5, "ground": "plain", "step": 6}
    assert picture(toy) == start


BAD = [
    (
        {"hight": 1.0},
        ValueError,
        r"Toy has no control 'hight' \(did you mean 'height'\?\); wanted one of 'height', 'ground', 'step'",
    ),
    ({"height": 2.5}, ValueError, r"height is 2\.5; wanted a number from 0 to 2"),
    ({"height": "high"}, TypeError, r"height came as str 'high'; wanted a number from 0 to 2"),
    ({"ground": "sea"}, ValueError, r"unknown ground 'sea'; wanted one of 'plain', 'hill'"),
    ({"ground": 3}, TypeError, r"ground came as int 3; wanted one of 'plain', 'hill'"),
    ({"step": 11}, ValueError, r"step is 11; wanted a number from 0 to 10"),
    ({"step": 2.5}, ValueError, r"step is 2\.5; wanted a whole number from 0 to 10"),
]


@pytest.mark.parametrize(("bad", "kind", "message"), BAD)
def test_bad_values_are_told_and_change_nothing(toy, bad, kind, message):
    before, calls = (toy.values, picture(toy), shown(toy)), dict(toy.calls)
    with pytest.raises(kind, match=message):
        toy.values = {"height": 0.0, "ground": "hill", "step": 1} | bad
    assert (toy.values, picture(toy), shown(toy)) == before
    assert toy.calls == calls


@pytest.mark.parametrize(("bad", "kind", "message"), BAD)
def test_an_explorer_cannot_start_at_bad_values(bad, kind, message):
    with pytest.raises(kind, match=message):
        Toy(**bad)


def test_reset_is_heard_from_the_page(toy):
    start = picture(toy)
    toy.values = {"step": 8, "ground": "hill"}
    messages = sent(toy)
    hear(toy, do="reset", ask="page:2")
    assert toy.values == {"height": 1.0, "ground": "plain", "step": 0}
    assert picture(toy) == start
    assert [content["ask"] for content, _ in messages] == ["page:2"]


# --- when something fails ---


@pytest.mark.parametrize("by_hand", [True, False], ids=["on the page", "in code"])
@pytest.mark.parametrize("phase", PHASES)
def test_a_failure_is_told_on_the_page_and_loses_nothing(toy, phase, by_hand):
    toy.values = {"step": 2}
    before = picture(toy), words(toy), toy._repr_mimebundle_()[0]["image/png"]
    toy.fails = phase
    if by_hand:
        move(toy, "ground", "hill")
    else:
        toy.values = {"ground": "hill"}
    assert isinstance(toy.error, ArithmeticError)
    assert f"ArithmeticError: <no> {phase}" in alert(toy)
    assert (picture(toy), words(toy), toy._repr_mimebundle_()[0]["image/png"]) == before


@pytest.mark.parametrize("ground", ["hill", "plain"])
@pytest.mark.parametrize("phase", PHASES)
def test_the_next_good_change_is_shown_as_if_nothing_had_failed(toy, phase, ground):
    toy.fails = phase
    toy.values = {"ground": "hill", "step": 9}
    assert toy.error is not None
    toy.fails = None
    toy.values = {"ground": ground, "step": 5}
    assert toy.error is None
    fresh = Toy(ground=ground, step=5)
    assert picture(toy) == picture(fresh)
    assert shown(toy) == shown(fresh)
    assert words(toy) == words(fresh)


@pytest.mark.parametrize("phase", PHASES)
def test_a_failure_at_birth_is_raised(phase):
    class Stillborn(Toy):
        def count(self, now):
            if now == phase:
                raise ArithmeticError(now)

    with pytest.raises(ArithmeticError, match=phase):
        Stillborn()


# --- long work ---


class Patient(Toy):
    """Comes to its height in four stages."""

    long_work = "Climbing"

    def __init__(self, **values):
        self.stages_done = []
        super().__init__(**values)

    def stages(self, height, ground, step):
        for part in (0.25, 0.5, 0.75):
            self.stages_done.append((step, part))
            yield part, {"height": height * part, "ground": ground, "step": step}
        yield 1.0, self.compute(height=height, ground=ground, step=step)


def progress(explorer):
    """How far the bar on the page has come; None if it is not to be seen."""
    return explorer._share_done if explorer._share_done < 1 else None


async def rest(seconds=0.5, until=lambda: False):
    """Leave the event loop to what is under way, as an idle kernel does."""
    for _ in range(round(seconds / 0.01)):
        await asyncio.sleep(0.01)
        if until():
            break


def test_where_nothing_runs_beside_the_work_is_done_at_once():
    patient = Patient(step=2)
    assert progress(patient) is None
    assert picture(patient) == picture(Toy(step=2))
    patient.values = {"step": 3}
    assert progress(patient) is None
    assert picture(patient) == picture(Toy(step=3))


def test_the_first_stage_is_shown_at_once_and_the_rest_in_idle_time():
    async def on_the_page():
        patient = Patient(step=2)
        assert "height 0.25" in words(patient)
        messages = sent(patient)
        await rest(until=lambda: progress(patient) is None)
        return patient, [content["share"] for content, _ in messages]

    patient, seen = asyncio.run(on_the_page())
    assert seen == [0.5, 0.75, 1.0]
    assert progress(patient) is None
    assert picture(patient) == picture(Toy(step=2))


def test_a_newer_change_ends_the_older_one():
    async def on_the_page():
        patient = Patient(step=2)
        move(patient, "step", 7)
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 2  # this one, and the newer change's
        await rest(until=lambda: progress(patient) is None)
        await rest(0.05)
        return patient

    patient = asyncio.run(on_the_page())
    assert patient.stages_done == [(2, 0.25), (7, 0.25), (7, 0.5), (7, 0.75)]
    assert picture(patient) == picture(Toy(step=7))


def test_work_for_the_step_before_does_not_end_as_the_picture_of_the_step_that_is_told():
    async def on_the_page():
        patient = Patient(step=2)
        hear(patient, do="at", values={**patient.values, "step": 7}, moved=True, revision=0, steps=[], ask="page:1")
        await rest(until=lambda: progress(patient) is None)
        return patient

    patient = asyncio.run(on_the_page())
    assert patient.values["step"] == 7
    assert picture(patient) == picture(Toy(step=7))
    assert words(patient) == words(Toy(step=7))


def test_an_explorer_that_is_shown_or_asked_to_finishes():
    async def on_the_page(ask):
        patient = Patient(step=2)
        assert progress(patient) == 0.25
        result = ask(patient)
        assert progress(patient) is None
        assert picture(patient) == picture(Toy(step=2))
        await rest(0.05)
        assert patient.stages_done == [(2, 0.25), (2, 0.5), (2, 0.75)]
        return result

    asyncio.run(on_the_page(Patient.finish))
    data, _ = asyncio.run(on_the_page(Patient._repr_mimebundle_))
    assert data["image/png"] == Toy(step=2)._repr_mimebundle_()[0]["image/png"]


def test_a_closed_explorer_works_no_more():
    async def on_the_page():
        patient = Patient(step=2)
        patient.close()
        await rest(0.05)
        return patient.stages_done

    assert asyncio.run(on_the_page()) == [(2, 0.25)]


@pytest.mark.parametrize("phase", ["compute", "caption", "draw"])
def test_a_failure_in_idle_time_is_told_on_the_page(phase):
    async def on_the_page():
        patient = Patient(step=2)
        first = picture(patient)
        patient.fails = phase
        await rest(until=lambda: patient.error)
        assert isinstance(patient.error, ArithmeticError)
        assert "ArithmeticError" in alert(patient)
        assert progress(patient) is None
        if phase != "compute":
            assert picture(patient) == first
        patient.fails = None
        patient.values = {"step": 3}
        assert patient.error is None
        await rest(until=lambda: progress(patient) is None)
        return patient

    assert picture(asyncio.run(on_the_page())) == picture(Toy(step=3))


def test_only_long_work_has_a_bar(toy):
    assert Patient()._stage.spec["long_work"] == "Climbing"
    assert toy._stage.spec["long_work"] == ""


# --- the page ---


def test_a_page_that_is_opened_later_gets_what_is_shown_now(toy):
    toy.values = {"step": 3}
    state = toy._stage.get_state()["shown"]
    assert state["words"] == "At step 3 the dot is at height 1.0, above <plain>."
    assert (state["picture"], state["values"]) == (picture(toy), toy.values)


@pytest.mark.parametrize("opened", ["in a new page", "in another size"])
def test_a_page_that_has_walked_on_by_pictures_at_hand_gets_the_step_where_it_is(toy, opened):
    hear(toy, do="at", values={**toy.values, "step": 3}, moved=True, revision=0, steps=[], ask="page:1")
    messages = sent(toy)
    if opened == "in a new page":
        told = toy._stage.get_state()["shown"]
    else:
        hear(toy, do="show", width=640, ask="page:2")
        told = messages[-1][0] | {"picture": messages[-1][1]}
    assert told["words"] == "At step 3 the dot is at height 1.0, above <plain>."
    assert told["values"]["step"] == 3
    twin = Toy(step=3)
    if opened != "in a new page":
        hear(twin, do="show", width=640)
    assert told["picture"] == picture(twin)


def test_a_step_that_is_told_after_a_cell_has_changed_a_setting_is_shown_with_that_setting(toy):
    page = toy.values
    toy.values = {"height": 2.0}
    messages = sent(toy)
    hear(toy, do="at", values={**page, "step": 3}, moved=True, revision=0, steps=[4, 5], ask="page:1")
    assert [(content["say"], content["words"]) for content, _ in messages] == [
        ("frame", "At step 3 the dot is at height 2.0, above <plain>.")
    ]
    assert messages[0][1] == picture(Toy(height=2.0, step=3))


@pytest.mark.parametrize(
    ("by_a_cell", "by_hand"), [({"step": 7}, {}), ({"step": 7}, {"step": 3}), ({"height": 2.0}, {})]
)
def test_what_the_page_tells_before_it_knows_what_a_cell_has_set_does_not_take_that_back(toy, by_a_cell, by_hand):
    page = toy.values | by_hand
    toy.values = by_a_cell
    messages, now = sent(toy), toy.values
    hear(toy, do="at", values=page, moved=bool(by_hand), revision=0, steps=[1, 2], ask="page:1")
    assert toy.values == now
    assert messages == []  # the page has been told: a loop in a cell would be answered as often as it goes round


def test_what_the_page_has_not_moved_stays_where_a_cell_has_put_it(toy):
    toy.values = {"height": 2.0}
    hear(toy, do="set", values={"step": 3}, ask="page:1")
    assert toy.values == {"height": 2.0, "ground": "plain", "step": 3}


def test_what_could_not_be_drawn_is_forgotten_where_the_page_has_walked_on(toy):
    toy.values = {"step": 8}
    toy.fails = "compute"
    move(toy, "step", 9)
    toy.fails = None
    hear(toy, do="at", values={**toy.values, "step": 7}, moved=True, revision=1, steps=[], ask="page:1")
    messages = sent(toy)
    hear(toy, do="show", ask="page:2")
    assert [(content["alert"], content["words"]) for content, _ in messages] == [
        ("", "At step 7 the dot is at height 1.0, above <plain>.")
    ]
    assert toy.error is None


def test_what_could_not_be_drawn_is_still_so_where_the_page_only_wishes_for_pictures_ahead(toy):
    toy.fails = "compute"
    move(toy, "step", 9)
    toy.fails = None
    hear(toy, do="at", values=toy.values, moved=False, revision=0, steps=[8], ask="page:1")
    assert isinstance(toy.error, ArithmeticError)
    assert "could not be drawn" in toy._frame()["alert"]


@pytest.mark.parametrize("do", ["show", "set", "reset"])
def test_a_request_is_answered_also_if_the_new_size_cannot_be_drawn(toy, do):
    messages = sent(toy)
    toy.fails = "draw"
    hear(toy, do=do, values={"step": 3}, width=640, ask="page:1")
    assert [content["ask"] for content, _ in messages] == ["page:1"]
    assert "ArithmeticError: <no> draw" in messages[0][0]["alert"]
    toy.fails = None
    hear(toy, do="set", values={"height": 2.0}, ask="page:2")
    assert messages[-1][0]["words"] == f"At step {3 * (do == 'set')} the dot is at height 2.0, above <plain>."


@pytest.mark.parametrize("do", ["show", "lift", "reset", "stop", "go_on"])
def test_each_request_is_answered_once_and_with_the_picture(toy, do):
    messages = sent(toy)
    for count in (1, 2):
        hear(toy, do=do, ask=f"page:{count}")
    assert [(content["ask"], png) for content, png in messages] == [("page:1", picture(toy)), ("page:2", picture(toy))]


def test_the_twin_for_pages_without_a_kernel_is_the_picture_with_its_caption_under_it(toy):
    toy.values = {"step": 3}
    data, about = toy._repr_mimebundle_()
    above, whole = pixels(picture(toy)), pixels(data["image/png"])
    assert whole.shape[1] == above.shape[1]
    np.testing.assert_array_equal(whole[: len(above)], above)
    assert whole[len(above) :].min() < 80
    assert len(data["image/png"]) < 1.5 * len(picture(toy))
    assert about["image/png"]["alt"] == words(toy)
    assert data["text/plain"] == f"Toy: {words(toy)}"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == toy._stage.model_id


def test_the_twin_is_the_same_each_time(toy):
    assert toy._repr_mimebundle_()[0]["image/png"] == Toy()._repr_mimebundle_()[0]["image/png"]


def test_it_is_written_as_code(toy):
    toy.values = {"step": 3}
    assert repr(toy) == "Toy(height=1.0, ground='plain', step=3)"


def test_closing_takes_everything_off_the_page(toy):
    stage, calls = toy._stage, dict(toy.calls)
    toy.close()
    assert stage.comm is None
    stage._handle_custom_msg({"do": "set", "values": {"step": 4}, "ask": "page:1"}, [])
    assert toy.calls == calls
    assert toy.values["step"] == 0


# --- the watch that the tests of every explorer rely on ---


def test_the_watch_sees_texts_where_they_are(toy):
    with texts_of(toy) as texts:
        toy.values = {"step": 5, "ground": "hill"}
        first = dict(texts())
        toy.values = {"step": 6}
        second = texts()
    assert first["5"].x0 < dict(second)["6"].x0
    ticks = {text for text, _ in second} - {"6"}
    assert ticks
    assert ticks <= set(first)
    assert [text for text, _ in second].count("6") == 1
    assert all(re.fullmatch(r"[−\d.]+", text) for text in ticks)
