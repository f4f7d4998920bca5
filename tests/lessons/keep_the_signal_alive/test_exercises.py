"""Beside what holds of every exercise: units in a row, one factor after the other."""

import numpy as np
import pytest

import gdlab
from tests.lessons.exercises import each, numbers_in


@each("units-in-a-row")
def test_units_in_a_row_multiply_slopes_and_weights_one_by_one(exercise, words):
    def arrives(weight, slopes):
        error = 1.0
        for slope in slopes:
            error = error * weight * slope
        return error

    words = words.replace("¾", "0.75").replace("six", "6").replace("keep its size", "multiplied by 1 at each stage")
    (units, gives) = numbers_in(words, r"all (\d) sigmoids give (\S+)\. ")
    (weight_2,) = numbers_in(words, r"all weights (\d) \(")
    (stage,) = numbers_in(words, r"error signal multiplied by (\S+) at each stage")
    (relu_weight,) = numbers_in(words, r"weights of (\d)\.")
    units, sigmoid, at = int(units), gdlab.ACTIVATIONS["sigmoid"], np.log(gives / (1 - gives))
    smaller, smaller_too, weight, smaller_still, larger = exercise.reference
    quarter, given = [sigmoid.f_prime(np.zeros(units)), sigmoid.f_prime(np.full(units, at))]
    assert 1 / arrives(1, quarter) == pytest.approx(smaller)
    assert 1 / arrives(weight_2, quarter) == pytest.approx(smaller_too)
    assert arrives(weight, quarter[:1]) == pytest.approx(stage)
    assert 1 / arrives(weight, given) == pytest.approx(smaller_still)
    assert arrives(relu_weight, gdlab.ACTIVATIONS["relu"].f_prime(np.array([3.0] * (units - 1) + [-1.0]))) == larger
