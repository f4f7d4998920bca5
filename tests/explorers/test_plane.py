import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from gdlab import Layer, forward, initialise
from gdlab.explorers import style
from gdlab.explorers.hands import Pad
from gdlab.explorers.plane import EXTENT, GRID, Plane, z_on_grid
from tests.explorers.steering import EXPLORERS

RNG = np.random.default_rng(0)
TILTED = [Layer([[1.0], [3.0]], [[0.6]], "sigmoid")]
"""Class 1 above a line that falls a little to the right and passes below the middle."""
NONE = np.zeros((0, 2)), np.zeros((0, 1))


def test_the_grid_covers_the_square_row_by_row():
    assert GRID.min(axis=0).tolist() == [-EXTENT, -EXTENT]
    assert GRID.max(axis=0).tolist() == [EXTENT, EXTENT]
    assert GRID[1, 0] > GRID[0, 0]
    assert GRID[1, 1] == GRID[0, 1]


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid"])
def test_z_on_the_grid_is_the_networks_own(hidden):
    layers = initialise((2, 5, 1), hidden, "sigmoid", seed=3)
    z = z_on_grid(layers)
    side = int(np.sqrt(len(GRID)))
    assert z.shape == (side, side)
    for row, column in RNG.integers(side, size=(20, 2)):
        point = GRID[row * side + column]
        assert z[row, column] == pytest.approx(forward(layers, [point]).z[-1][0, 0], rel=1e-12)


def test_a_network_that_has_diverged_gives_numbers_that_can_be_drawn():
    layers = [Layer([[np.inf], [np.nan]], [[0.0]], "sigmoid")]
    assert np.isfinite(z_on_grid(layers)).all()


@pytest.fixture
def plane():
    figure = Figure(figsize=(3, 3), dpi=100)
    FigureCanvasAgg(figure)
    return Plane(figure.add_axes((0.1, 0.1, 0.8, 0.8)), style.RULES["delta_rule"])


def colours(plane):
    """Return a function that tells the colour of the drawn picture at a point of the plane."""
    canvas = plane.axes.figure.canvas
    canvas.draw()
    image = np.asarray(canvas.buffer_rgba())

    def at(point):
        x, y = plane.axes.transData.transform(point)
        return image[image.shape[0] - 1 - int(y), int(x), :3] / 255

    return at


def nearest_class(colour):
    """The class whose shade this is: the hue decides, whatever the strength."""
    tints = [1 - np.array(to_rgb(look["light"])) for look in style.CLASSES]
    tint = 1 - colour
    return int(np.argmax([tint @ t / np.linalg.norm(t) for t in tints]))


def test_the_shade_is_that_of_the_class_the_network_gives_there(plane):
    plane.show(*NONE, z_on_grid(TILTED), "")
    at = colours(plane)
    points = RNG.uniform(-0.95 * EXTENT, 0.95 * EXTENT, (200, 2))
    z = forward(TILTED, points).z[-1][:, 0]
    clear = abs(z) > 0.5
    assert clear.sum() > 150
    for point, side in zip(points[clear], z[clear] > 0, strict=True):
        assert nearest_class(at(point)) == side, point


def test_the_shade_is_the_stronger_the_surer(plane):
    plane.show(*NONE, z_on_grid(TILTED), "")
    at = colours(plane)
    for direction in (1, -1):
        points = [np.array([0.0, -0.2 + direction * step]) for step in (0.15, 0.5, 1.5)]
        tints = [np.sum(1 - at(point)) for point in points]
        assert tints[0] < tints[1] < tints[2]


def test_the_boundary_is_where_the_network_is_undecided(plane):
    plane.show(*NONE, z_on_grid(TILTED), "")
    points = np.concatenate(plane._boundary.get_segments())
    assert len(points) > 50
    np.testing.assert_allclose(forward(TILTED, points).z[-1], 0, atol=1e-9)


def test_no_boundary_is_drawn_where_there_is_none(plane):
    plane.show(*NONE, z_on_grid(TILTED), "")
    plane.show(*NONE, np.ones((96, 96)), "")
    assert len(plane._boundary.get_segments()) == 0


def test_samples_stand_where_they_are_in_the_look_of_their_class(plane):
    X, y = RNG.normal(size=(9, 2)), np.array([[0], [1], [1]] * 3, dtype=float)
    plane.show(X, y, z_on_grid(TILTED), "")
    for label, artist in enumerate(plane._points):
        np.testing.assert_array_equal(np.column_stack(artist.get_data()), X[y[:, 0] == label])
        assert artist.get_marker() == style.CLASSES[label]["marker"]
        assert artist.get_color() == style.CLASSES[label]["color"]


def test_the_title_and_the_boundary_have_the_colour_of_the_rule(plane):
    plane.show(*NONE, z_on_grid(TILTED), "delta rule: 50% right")
    look = style.RULES["delta_rule"]
    assert plane.title.get_text() == "delta rule: 50% right"
    assert plane.title.get_color() == look.colour
    assert plane._boundary.get_color()[0, :3].tolist() == pytest.approx(to_rgb(look.colour))


def test_a_plane_has_each_of_its_artists_once(plane):
    assert len(plane.artists) == len(set(plane.artists)) == 5


@pytest.mark.parametrize("explorer_class", [one for one in EXPLORERS if "points" in one.controls])
def test_every_data_set_that_is_shown_can_be_gone_on_with(explorer_class):
    """With the first click, all points shown become the reader's own: the control has to take them."""
    for problem in explorer_class.controls["problem"].positions:
        explorer = explorer_class(problem=problem)
        pads = [hand for hand in explorer.hands(explorer._shown_numbers) if isinstance(hand, Pad)]
        assert pads
        for pad in pads:
            assert explorer.controls["points"].check(pad.shown, problem) == tuple(pad.shown)
