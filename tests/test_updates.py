import numpy as np
import pytest

from gdlab import (
    Layer,
    backward,
    delta_rule_update,
    forward,
    gradient_descent_update,
    momentum_update,
    numerical_gradient,
    train,
)
from tests import naive

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 1))
RATE = 0.3


def test_the_question_formula_is_the_question_formula():
    assert delta_rule_update(2.0, 0.5, 3.0, 1.0, 4.0) == 2 + 0.5 * (3 - 1) * 4


def test_the_answer_formula_is_the_answer_formula():
    assert gradient_descent_update(2.0, 0.5, 3.0) == 2 - 0.5 * 3


@pytest.mark.parametrize("sample", range(len(X)))
def test_for_a_linear_unit_the_question_formula_descends_half_the_squared_error(sample):
    """The slope of ½ (y − w·x)² by w, found without calculus, put into the answer's formula."""
    x, y, weight = X[sample], Y[sample], RNG.normal(size=3)
    gradient = numerical_gradient(lambda w: (y[0] - w @ x) ** 2 / 2, weight)
    question = delta_rule_update(weight, RATE, y, weight @ x, x)
    answer = gradient_descent_update(weight, RATE, gradient)
    assert naive.relative_difference(question - weight, answer - weight) < 1e-8


def test_for_a_bent_unit_it_does_not():
    x, y, weight = X[0], Y[0], RNG.normal(size=3)
    gradient = numerical_gradient(lambda w: (y[0] - np.tanh(w @ x)) ** 2 / 2, weight)
    question = delta_rule_update(weight, RATE, y, np.tanh(weight @ x), x)
    assert naive.relative_difference(question - weight, -RATE * gradient) > 0.1


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu", "step", "sine"])
def test_the_question_formula_sample_by_sample_is_training_with_the_delta_rule(activation):
    layer = Layer(RNG.normal(size=(3, 1)), RNG.normal(size=(1, 1)), activation)
    weight, bias, f = layer.W[:, 0], layer.b[0, 0], naive.ACTIVATIONS[activation]
    for x, y in [*zip(X, Y[:, 0], strict=True)] * 2:
        predicted = f(weight @ x + bias)
        weight, bias = (
            delta_rule_update(weight, RATE, y, predicted, x),
            delta_rule_update(bias, RATE, y, predicted, 1.0),
        )
    history = train([layer], X, Y, rule="delta_rule", learning_rate=RATE, steps=2 * len(X), batch_size=1, shuffle=False)
    trained = history.layers()[0]
    np.testing.assert_allclose(trained.W[:, 0], weight, rtol=1e-12)
    np.testing.assert_allclose(trained.b[0, 0], bias, rtol=1e-12)


def test_the_answer_formula_is_a_step_of_training():
    layers = [Layer(RNG.normal(size=(3, 2)), RNG.normal(size=(1, 2)), "tanh"), Layer([[1], [2]], [[0]])]
    gradients = backward(layers, forward(layers, X), Y)
    trained = train(layers, X, Y, learning_rate=RATE, steps=1).layers()
    for layer, gradient, after in zip(layers, gradients, trained, strict=True):
        np.testing.assert_array_equal(after.W, gradient_descent_update(layer.W, RATE, gradient.W))
        np.testing.assert_array_equal(after.b, gradient_descent_update(layer.b, RATE, gradient.b))


def test_without_momentum_a_momentum_update_is_gradient_descent():
    theta, velocity, gradient = RNG.normal(size=(3, 4))
    after, step = momentum_update(theta, velocity, RATE, gradient, momentum=0)
    np.testing.assert_array_equal(after, gradient_descent_update(theta, RATE, gradient))
    np.testing.assert_array_equal(step, -RATE * gradient)


def test_momentum_keeps_a_share_of_every_step_before():
    """With a gradient of 1 all the time, step number t is −α (1 + μ + … + μᵗ⁻¹)."""
    theta, velocity = 0.0, 0.0
    steps = []
    for _ in range(5):
        before = theta
        theta, velocity = momentum_update(theta, velocity, RATE, 1.0, momentum=0.8)
        steps.append(theta - before)
    np.testing.assert_allclose(steps, [-RATE * sum(0.8**i for i in range(t)) for t in range(1, 6)], rtol=1e-12)


def test_momentum_is_nine_tenths_unless_told_otherwise():
    assert momentum_update(1.0, 2.0, RATE, 3.0) == momentum_update(1.0, 2.0, RATE, 3.0, momentum=0.9)


def test_updates_take_many_weights_at_once():
    weight, predicted, x = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 1)), RNG.normal(size=3)
    together = delta_rule_update(weight, RATE, 1.0, predicted, x)
    for run in range(4):
        np.testing.assert_array_equal(together[run], delta_rule_update(weight[run], RATE, 1.0, predicted[run], x))


def test_updates_return_new_numbers_and_leave_the_old_ones():
    theta, gradient = RNG.normal(size=(2, 3))
    before = theta.copy()
    delta_rule_update(theta, RATE, 1.0, 0.0, gradient)
    gradient_descent_update(theta, RATE, gradient)
    momentum_update(theta, np.ones(3), RATE, gradient)
    np.testing.assert_array_equal(theta, before)
