"""Beside what holds of every exercise: the step by hand against the package."""

import numpy as np

import gdlab
from tests.lessons.exercises import each, numbers_in


@each("one-step")
def test_one_step_by_hand_is_one_step_of_the_package(exercise, words):
    (x1, x2) = numbers_in(words, r"x_1 = (\S+?)\$, \$x_2 = (\S+?)\$")
    (w11, w21, w12, w22) = numbers_in(
        words, r"weights \$(\S+?)\$ \(from \$x_1\$\) and \$(\S+?)\$ .*?has \$(\S+?)\$ and \$(\S+?)\$"
    )
    v1, v2, bias, y, rate = numbers_in(
        words,
        r"v_1 = (\S+?)\$, \$v_2 = (\S+?)\$ and bias \$(\S+?)\$.*?y = (\S+?)\$[^§]*learning rate \$?([\d.]+?)\$?$",
    )
    layers = [gdlab.Layer([[w11, w12], [w21, w22]], [[0.0, 0.0]], "sigmoid"), gdlab.Layer([[v1], [v2]], [[bias]])]
    hidden, output = gdlab.backward(layers, gdlab.forward(layers, [[x1, x2]]), [[y]])
    (new,) = gdlab.train(layers, [[x1, x2]], [[y]], learning_rate=rate, steps=1).theta[-1][:1]
    wanted = [output.b[0, 0], output.W[0, 0], hidden.b[0, 0], hidden.W[0, 0], hidden.W[1, 1], new]
    np.testing.assert_allclose(exercise.reference, wanted, atol=1e-9)
