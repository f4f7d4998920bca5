"""A cell that is run again closes the explorers it had made; a closed explorer lives again when it is shown."""

import gc
import weakref

import ipywidgets as widgets
import pytest
from jupyter_client.manager import start_new_kernel

from gdlab.explorers import page_owner, static_picture
from tests.explorers.steering import move, picture
from tests.explorers.test_explorer import Toy


@pytest.fixture
def run_cell(monkeypatch):
    """Run a function as a cell: each time a new run."""
    runs = iter(range(100))
    monkeypatch.setattr(page_owner, "_explorers", {})
    monkeypatch.setattr(page_owner, "_last_run", {})

    def run(cell, work):
        this = cell, str(next(runs))
        monkeypatch.setattr(page_owner, "_running", lambda: this)
        return work()

    return run


def closed(explorer):
    return explorer._closed


def test_a_cell_that_is_run_again_closes_what_it_made(run_cell):
    first = run_cell("a", lambda: [Toy(), Toy()])
    assert not any(map(closed, first))
    second = run_cell("a", Toy)
    assert all(map(closed, first))
    assert not closed(second)


def test_what_another_cell_shows_by_now_is_left_alone(run_cell):
    toy = run_cell("a", Toy)
    run_cell("b", toy._repr_mimebundle_)
    run_cell("a", Toy)
    assert not closed(toy)
    run_cell("b", toy._repr_mimebundle_)
    assert not closed(toy)
    run_cell("b", Toy()._repr_mimebundle_)
    assert closed(toy)


def test_a_closed_explorer_keeps_its_values_and_lives_again_when_it_is_shown(run_cell):
    toy = Toy(step=2)
    toy.values = {"height": 2.0}
    before = picture(toy), toy.values
    toy.close()
    toy.close()
    assert toy.values == before[1]
    data, _ = toy._repr_mimebundle_()
    assert (picture(toy), toy.values) == before
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == toy._stage.model_id
    assert not closed(toy)
    move(toy, "step", 5)
    assert picture(toy) == picture(Toy(step=5, height=2.0))
    toy.reset()
    assert toy.values["step"] == 2


def test_a_closed_explorer_can_be_set_and_keeps_nothing_large():
    toy = Toy()
    toy.close()
    gc.collect()
    assert not hasattr(toy, "_painting")
    assert picture(toy) == b""
    toy.values = {"step": 3}
    assert picture(toy) == picture(Toy(step=3))


def test_closing_leaves_nothing():
    every = widgets.widgets.widget._instances
    before = set(every)
    Toy().close()
    assert set(every) == before


def test_a_cell_that_is_run_again_and_again_keeps_one_explorer_in_memory(run_cell):
    figures, counts = [], set()
    for _ in range(25):
        toy = run_cell("a", Toy)
        figures.append(weakref.ref(toy._painting.figure))
        counts.add(len(widgets.widgets.widget._instances))
    gc.collect()
    assert [figure() is not None for figure in figures] == [False] * 24 + [True]
    assert len(counts) == 1


def test_in_a_kernel_a_cell_run_again_keeps_one_explorer_and_one_picture():
    manager, client = start_new_kernel()
    kept = "[sum('image/png' in o.bundle for all_ in get_ipython().history_manager.outputs.values() for o in all_)"
    kept += " if hasattr(get_ipython().history_manager, 'outputs') else 1, len(on['x'])]"
    code = "import gdlab; from gdlab.explorers.page_owner import _explorers as on\ngdlab.OneWeight()"
    try:
        said = []
        for _ in range(3):
            content = {"code": code, "silent": False, "store_history": True, "user_expressions": {"kept": kept}}
            message = client.session.msg("execute_request", content, metadata={"cellId": "x"})
            client.shell_channel.send(message)
            while (reply := client.get_shell_msg(timeout=60))["parent_header"]["msg_id"] != message["header"]["msg_id"]:
                pass
            said.append(reply["content"]["user_expressions"]["kept"]["data"]["text/plain"])
        assert said == ["[1, 1]"] * 3
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_in_jupyterlab_a_still_picture_with_words_stands_beside_the_live_one(monkeypatch):
    """JupyterLab shows "model not found" in the place of a widget without a kernel, and nothing else of its output."""
    shown = []
    monkeypatch.setattr(static_picture, "display", lambda data, raw: shown.append(data))
    live = "application/vnd.jupyter.widget-view+json"
    data, _ = Toy()._repr_mimebundle_()
    assert {live, "image/png"} < set(data)
    assert shown == []
    monkeypatch.setattr(page_owner, "_request", lambda: {"metadata": {"deletedCells": []}})
    toy = Toy()
    data, _ = toy._repr_mimebundle_()
    assert set(data) == {"image/png", "text/plain"}
    assert [list(one) for one in shown] == [[live], ["text/html", "text/plain"]]
    assert shown[0][live]["model_id"] == toy._stage.model_id
    assert "Run its cell" in shown[1]["text/plain"]
