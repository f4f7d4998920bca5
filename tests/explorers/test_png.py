"""Pictures as PNG in few colours: what comes out looks like what went in, and owes nothing to what came before."""

import io

import numpy as np
import pytest
from PIL import Image

from gdlab.explorers.png import Encoder

HEIGHT, WIDTH = 60, 90


def opaque(red, green, blue):
    channels = np.broadcast_arrays(red, green, blue, 255)
    return np.stack([np.broadcast_to(channel, (HEIGHT, WIDTH)) for channel in channels], axis=-1).astype(np.uint8)


def decoded(png):
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.mode) == ("PNG", "P")
    return np.asarray(image.convert("RGB")).astype(int)


@pytest.fixture
def paper():
    return opaque(255, 255, 255)


@pytest.fixture
def shaded():
    """A background with more shades than there are colours for."""
    return opaque(np.linspace(60, 200, WIDTH), np.linspace(80, 220, HEIGHT)[:, None], 150)


@pytest.fixture
def moved(shaded):
    picture = shaded.copy()
    picture[10:30, 20:60] = opaque(0, 114, 178)[10:30, 20:60]
    picture[30:32, 20:60] = 255
    return picture


def test_paper_stays_white_and_ink_stays_what_it_is(paper):
    written = paper.copy()
    written[5:9, 5:50] = 0x20, 0x25, 0x2B, 255
    np.testing.assert_allclose(decoded(Encoder(paper).png(written)), written[..., :3], atol=4)
    assert (decoded(Encoder(paper).png(written))[20:] == 255).all()


def test_many_shades_come_close(shaded, moved):
    encoder = Encoder(shaded)
    for picture in (shaded, moved):
        error = np.abs(decoded(encoder.png(picture)) - picture[..., :3])
        assert error.mean() < 5
        assert error.max() < 32


def test_a_small_thing_keeps_its_colour_on_a_background_of_many(shaded, moved):
    shown = decoded(Encoder(shaded).png(moved))
    assert np.abs(shown[10:30, 20:60] - (0, 114, 178)).max() <= 4
    assert (shown[30:32, 20:60] == 255).all()


def test_everything_may_change(shaded, paper):
    np.testing.assert_array_equal(decoded(Encoder(shaded).png(paper)), paper[..., :3])


def test_same_picture_same_file_whatever_came_before(shaded, moved, paper):
    encoder = Encoder(shaded)
    first = encoder.png(moved)
    encoder.png(paper)
    encoder.png(shaded)
    assert encoder.png(moved) == first == Encoder(shaded).png(moved)


def test_what_was_handed_in_can_be_painted_over(shaded, moved):
    canvas = shaded.copy()
    encoder = Encoder(canvas)
    before = encoder.png(shaded)
    canvas[:] = moved
    assert encoder.png(shaded) == before
    assert encoder.png(canvas) != before
