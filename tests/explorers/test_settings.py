import inspect

import pytest

import gdlab
from tests.explorers.steering import pixels
from tests.explorers.test_explorer import Toy

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def toy():
    return Toy()


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.__setitem__("step", 3),
        lambda values: values.update(step=3),
        lambda values: values.pop("step"),
        lambda values: values.clear(),
        lambda values: values.__ior__({"step": 3}),
    ],
)
def test_values_are_read_and_what_would_change_them_says_how_to(toy, change):
    with pytest.raises(TypeError, match=r"explorer\.values = \{'name': value\}"):
        change(toy.values)
    assert toy.values["step"] == 0


@pytest.mark.parametrize("name", ["step", "stepp", "speed"])
def test_an_attribute_that_would_do_nothing_cannot_be_set(toy, name):
    with pytest.raises(AttributeError, match=r"explorer\.values = \{"):
        setattr(toy, name, 3)
    assert toy.values["step"] == 0


def test_settings_are_given_by_name():
    with pytest.raises(TypeError, match=r"^LineFit takes its settings by name, as in LineFit\(data='line'\); 2 came"):
        gdlab.LineFit(2)


def test_a_near_miss_is_named():
    with pytest.raises(ValueError, match=r"has no control 'heigth' \(did you mean 'height'\?\); "):
        Toy(heigth=1.0)


def test_help_and_signature_list_the_controls():
    assert list(inspect.signature(Toy).parameters) == ["height", "ground", "step", "after"]
    assert "height\n    Height: from 0 to 2; at first 1.0." in Toy.__doc__
    assert "ground\n    Ground: one of 'plain', 'hill'; at first 'plain'." in Toy.__doc__


def test_completion_offers_what_readers_use(toy):
    assert dir(toy) == ["close", "controls", "error", "png", "reset", "values"]


def test_the_picture_can_be_had(toy):
    assert toy.png() == toy._picture
    plain, captioned = pixels(toy.png()), pixels(toy.png(caption=True))
    assert captioned.shape[0] > plain.shape[0]
    assert captioned.shape[1] == plain.shape[1]
