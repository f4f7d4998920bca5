"""A digit of one's own: from a drawing or a picture to the form of the data set, and what is read."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

import gdlab
from gdlab.datasets import digits
from gdlab.lessons.read_handwritten_digits.own_digit import (
    LARGEST,
    WIDEST,
    OwnDigit,
    bitmap_of,
    counts_in_blocks,
    ink_of,
    reader,
    rows_of,
)
from tests.explorers.steering import move, words

FOUR = """
......##....
.....##.....
....##......
....##......
...##...##..
..##...##...
..#########.
.......##...
.......##...
......##....
"""


def paper(ink, dark=20, light=235, size=8):
    """A picture of ink (rows, columns) with a rim of paper; each pixel of the ink is `size` pixels wide."""
    grey = np.where(np.kron(np.pad(ink, 2), np.ones((size, size))), dark, light)
    return Image.fromarray(grey.astype(np.uint8))


def as_file(image, format="PNG"):
    buffer = io.BytesIO()
    image.save(buffer, format)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def four():
    return OwnDigit(FOUR)


def test_dots_and_spaces_are_paper_and_all_else_is_ink():
    np.testing.assert_array_equal(ink_of("\n.#.\n x@o\n"), [[0, 1, 0, 0], [0, 1, 1, 1]])


@pytest.mark.parametrize(("dark", "light"), [(20, 235), (235, 20), (120, 200)], ids=["ink", "chalk", "pencil"])
def test_ink_on_a_picture_is_what_differs_from_its_rim(dark, light):
    ink = ink_of(FOUR)
    found = ink_of(paper(ink, dark, light, size=1))
    np.testing.assert_array_equal(found, np.pad(ink, 2))


def test_a_path_bytes_and_a_transparent_picture_are_pictures(tmp_path):
    ink = ink_of(FOUR)
    image = paper(ink)
    image.save(tmp_path / "four.png")
    wanted = ink_of(image)
    for given in (tmp_path / "four.png", str(tmp_path / "four.png"), as_file(image)):
        np.testing.assert_array_equal(ink_of(given), wanted)
    clear = np.zeros((*wanted.shape, 4), np.uint8)
    clear[..., 3] = 255 * wanted
    np.testing.assert_array_equal(ink_of(Image.fromarray(clear)), wanted)


def test_the_bitmap_is_as_high_as_the_digits_of_the_set_and_in_the_middle():
    bitmap = bitmap_of(ink_of(FOUR))
    rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
    assert bitmap.shape == (32, 32)
    assert (rows[0], rows[-1]) == (0, 31)
    assert abs(columns[0] - (31 - columns[-1])) <= 1
    wide = bitmap_of(np.ones((2, 40), bool))
    assert wide.any(axis=0).sum() == WIDEST


def test_where_and_how_large_a_digit_is_written_makes_no_difference():
    ink = ink_of(FOUR)
    elsewhere = np.pad(np.kron(ink, np.ones((3, 3), bool)), ((7, 1), (2, 30)))
    np.testing.assert_array_equal(bitmap_of(elsewhere), bitmap_of(ink))


def test_ink_is_counted_in_blocks():
    bitmap = np.random.default_rng(0).random((32, 32)) < 0.3
    counts = counts_in_blocks(bitmap)
    for i, j in np.ndindex(8, 8):
        assert counts[i, j] == bitmap[4 * i : 4 * i + 4, 4 * j : 4 * j + 4].sum() / 16


def test_digits_of_the_set_are_read_when_they_come_as_pictures():
    data = digits()
    pictures = [
        Image.fromarray((255 * (1 - np.kron(x.reshape(8, 8), np.ones((8, 8))))).astype(np.uint8)) for x in data.X
    ]
    pixels = [counts_in_blocks(bitmap_of(ink_of(picture))).ravel() for picture in pictures[:200]]
    read = gdlab.forward(reader(), pixels).y_hat.argmax(axis=1)
    assert (read == data.y[:200].argmax(axis=1)).mean() > 0.8


def test_it_says_what_it_reads(four):
    seen = four.compute(**four.values)
    assert seen.probabilities.argmax() == 4
    assert seen.probabilities.sum() == pytest.approx(1)
    assert words(four).startswith("Read as 4 with a probability of 9")


def test_what_is_drawn_on_the_page_is_cut_to_its_ink_as_a_text_is(four):
    own = OwnDigit()
    small = np.zeros((32, 32), bool)
    small[3:13, 7:19] = ink_of(FOUR)
    move(own, "drawing", list(rows_of(small)))
    np.testing.assert_array_equal(own.compute(**own.values).pixels, four.compute(**four.values).pixels)


def test_a_blank_pad_is_told_and_nothing_is_read():
    own = OwnDigit()
    move(own, "drawing", [])
    assert words(own).startswith("There is no ink yet.")
    assert own.hands(own.compute(**own.values)) == []


def test_a_text_a_picture_and_a_file_are_drawings(four, tmp_path):
    image = paper(ink_of(FOUR))
    image.save(tmp_path / "four.png")
    for drawing in (image, as_file(image), tmp_path / "four.png", four.values["drawing"]):
        assert OwnDigit(drawing).values == four.values


def test_pointing_at_a_block_says_how_much_ink_is_in_it(four):
    seen = four.compute(**four.values)
    says = {hand.name: hand.says for hand in four.hands(seen)}
    i, j = np.argwhere((seen.pixels > 0) & (seen.pixels < 1))[0]
    assert float(says[f"row {i + 1}, column {j + 1}"]) == pytest.approx(seen.pixels[i, j], abs=5e-4)
    assert says["probability of 4"].startswith("4: 9")


def test_a_function_of_ones_own_makes_the_inputs(four):
    own = OwnDigit(FOUR, shares=lambda bitmap: bitmap.reshape(8, 4, 8, 4).mean(axis=(1, 3)))
    np.testing.assert_array_equal(own.compute(**own.values).pixels, four.compute(**four.values).pixels)
    for wrong in (lambda bitmap: None, lambda bitmap: bitmap, lambda bitmap: np.full((8, 8), np.nan)):
        with pytest.raises(ValueError, match=r"shares returned .* wanted finite numbers of shape"):
            OwnDigit(FOUR, shares=wrong)


def test_no_answer_has_a_probability_of_nothing(four):
    probabilities = np.array([0, 0, 0, 0.004, 0.996, 0, 0, 0, 0, 0])
    seen = dataclasses.replace(four.compute(**four.values), probabilities=probabilities)
    assert "next comes 3 with under 1%." in four.caption(seen)


@pytest.mark.parametrize(
    ("drawing", "error", "message"),
    [
        ("....\n....", ValueError, "no ink"),
        (Image.new("L", (30, 30), 255), ValueError, "no ink"),
        (b"nothing", ValueError, "no picture that Pillow can read"),
        (Image.new("L", (LARGEST + 1, 2)), ValueError, f"at most {LARGEST}"),
        ("#", ValueError, "no file '#'"),
        ("", ValueError, "no file ''"),
        (7, TypeError, "wanted a text of several lines or a picture"),
    ],
)
def test_what_is_no_digit_is_told(drawing, error, message):
    with pytest.raises(error, match=message):
        ink_of(drawing)
