"""A digit of one's own: from a drawing or a picture to the form of the data set, and what is read."""

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
)

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


def test_it_says_what_it_reads_and_shows_a_picture(four):
    assert four.probabilities.argmax() == 4
    assert four.probabilities.sum() == pytest.approx(1)
    data, about = four._repr_mimebundle_()
    assert data["text/plain"].startswith("OwnDigit: Read as 4 with a probability of 9")
    assert about["image/png"]["alt"] in data["text/plain"]
    width, height = Image.open(io.BytesIO(four._image.value)).size
    twin = np.asarray(Image.open(io.BytesIO(data["image/png"])).convert("L"))
    assert (width, height) == (1440, 480)
    assert twin[height:].min() < 80, "what it reads is written under the picture"


def upload(own, content):
    """Do what the page does when a file was chosen."""
    file = {"name": "digit.png", "type": "image/png", "size": len(content), "last_modified": 0}
    own._upload.set_state({"value": [file | {"content": memoryview(content)}]})


def test_an_uploaded_picture_is_read_and_one_that_is_none_is_told():
    own = OwnDigit(FOUR)
    one = "\n".join([".##.", "###.", ".##.", ".##.", ".##.", ".##.", "####"])
    file = as_file(paper(ink_of(one)))
    upload(own, file)
    np.testing.assert_array_equal(own.pixels, OwnDigit(file).pixels)
    assert "Read as" in own._words.value
    before = bytes(own._image.value)
    upload(own, b"no picture at all")
    assert "could not be read" in own._words.value
    assert 'role="alert"' in own._words.value
    assert bytes(own._image.value) == before


def test_a_function_of_ones_own_makes_the_inputs(four):
    own = OwnDigit(FOUR, shares=lambda bitmap: bitmap.reshape(8, 4, 8, 4).mean(axis=(1, 3)))
    np.testing.assert_array_equal(own.pixels, four.pixels)
    for wrong in (lambda bitmap: None, lambda bitmap: bitmap, lambda bitmap: np.full((8, 8), np.nan)):
        with pytest.raises(ValueError, match=r"shares returned .* wanted finite numbers of shape"):
            OwnDigit(FOUR, shares=wrong)


def test_no_answer_has_a_probability_of_nothing():
    own = OwnDigit(FOUR)
    own.probabilities = np.array([0, 0, 0, 0.004, 0.996, 0, 0, 0, 0, 0])
    assert own._told.endswith("next comes 3 with under 1%.")


@pytest.mark.parametrize(
    ("drawing", "error", "words"),
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
def test_what_is_no_digit_is_told(drawing, error, words):
    with pytest.raises(error, match=words):
        ink_of(drawing)
