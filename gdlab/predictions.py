"""Predictions: questions to commit to before an explorer shows the answer.

A guess that was put down is compared with what is seen; one that was only thought is adapted to it. So the feedback
appears after *Commit* only, and speaks to the thought behind the option that was chosen.
"""

import html
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from gdlab.exercises.feedback import marked, panel
from gdlab.validation import named, whole


@dataclass(frozen=True)
class Option:
    """An answer to choose, what to say to who chose it before the explorer shows, and whether it will turn out right."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Prediction:
    """A question with its options."""

    slug: str
    question: str
    options: tuple[Option, ...]


PREDICTIONS = {
    prediction.slug: prediction
    for prediction in (
        Prediction(
            "race",
            "A small network with one hidden layer learns to tell two classes apart. Once it is trained with the slope f′(z) in "
            "every update of its hidden units, once with a plain 1 in its place. What will happen?",
            (
                Option(
                    "Without the slope it learns nothing.",
                    "So you expect the slope to carry the learning. Watch whether the loss of the delta rule falls at all, in both races below.",
                ),
                Option(
                    "Both learn the same; the slope only changes how fast.",
                    "So you expect the steps to have the right direction without the slope, and only another length. Then another learning rate should let the delta rule catch up. Try it in both races below.",
                ),
                Option(
                    "It depends on the problem: sometimes both learn, sometimes only one.",
                    "Then something about a problem must decide. Watch both races below, and try to say what it is.",
                    right=True,
                ),
            ),
        ),
        Prediction(
            "one-sample",
            "A line is too low at one sample, whose input x is negative. The rule updates weight and bias for this one sample. "
            "What happens to the weight?",
            (
                Option(
                    "It grows, since the prediction has to grow.",
                    "The bias grows. But with a negative input a larger weight makes the prediction *smaller*: the error is "
                    "multiplied by the input, with its sign.",
                ),
                Option(
                    "It shrinks: the error is positive and the input negative.",
                    "Yes: the product of a positive error and a negative input is negative. Step through the explorer and look for "
                    "such a sample.",
                    right=True,
                ),
                Option(
                    "It stays; only the bias can lift a line.",
                    "Both move. At a negative input a line is lifted by turning it, too.",
                ),
            ),
        ),
        Prediction(
            "flat",
            "You stand far from the bottom of a valley and take steps of learning rate × slope. Is the first step long?",
            (
                Option(
                    "Yes: far from the minimum the slope is large.",
                    "For a bowl, yes. Choose the saturated unit’s error in the explorer: at its rim you are as far from the bottom as "
                    "can be, and hardly move.",
                ),
                Option(
                    "No: far away the slope is small.",
                    "For some curves. Compare the parabola with the saturated unit’s error.",
                ),
                Option(
                    "That depends on the curve: distance and slope are two things.",
                    "Yes. The slope tells about the ground under your feet and nothing else. Try all five curves.",
                    right=True,
                ),
            ),
        ),
        Prediction(
            "linear-stack",
            "XOR: class 1 where exactly one of two inputs is positive. A network with two hidden layers of six linear units each is "
            "trained on it: 54 weights, every f′ is 1. What will it do?",
            (
                Option(
                    "Nothing: a constant slope gives a constant gradient, so it cannot learn.",
                    "It does learn, as the Step slider shows. The slope f′ is constant; the gradient also holds the error and the "
                    "input, and is not. What the network lacks is something else: look at its boundary.",
                ),
                Option(
                    "Learn it: with 54 weights there is room for a bent boundary.",
                    "The weights are many, but look at the boundary, and at what the three matrices are together.",
                ),
                Option(
                    "Learn what a straight line can do, and no more.",
                    "Yes. It learns, and ends with one straight line. Give it five layers of eight units: the line stays where it is.",
                    right=True,
                ),
            ),
        ),
        Prediction(
            "bend",
            "One sigmoid neuron is to tell two classes apart by one number; a few labels are wrong. It is trained twice from the "
            "same start, with f′(z) in the middle of each update and with 1. Where do the two walks end?",
            (
                Option(
                    "At the same weights; without f′ only the length of the steps differs.",
                    "So you expect each update to keep its direction. Compare the two arrows at the blue dot: do they point the "
                    "same way?",
                ),
                Option(
                    "With f′ at the best weights; without it nowhere in particular, since it is not a gradient.",
                    "So you expect the walk without f′ to wander. Follow it on the right: does it ever go uphill there?",
                ),
                Option(
                    "Both at a best place, each by a measure of its own.",
                    "Then there must be a second measure. Look where each walk ends on the left, and where on the right.",
                    right=True,
                ),
            ),
        ),
        Prediction(
            "saturated-signal",
            "A sigmoid unit should answer 1. Gradient descent on ½ (ŷ − y)² is about to correct its z. At which of these answers ŷ "
            "is the slope of the loss over z steepest, so that the correction is largest?",
            (
                Option(
                    "0.01, since it is the most wrong.",
                    "It is, and the slope of the loss over ŷ is steepest there. But z has to pass through the sigmoid. Look at the "
                    "curve of ŷ where it is near 0.",
                ),
                Option(
                    "1/3, somewhere on the way.",
                    "Then two things must pull in opposite directions. Look for both of them in the lower row.",
                    right=True,
                ),
                Option(
                    "0.9, since the unit is already moving there.",
                    "There is little left to correct at 0.9. But look where the sigmoid is steep, and where the unit is wrong.",
                ),
            ),
        ),
        Prediction(
            "blame",
            "A network predicts too much. Its hidden unit 1 has a positive weight to the output, its hidden unit 2 a negative one. What "
            "should the two hidden units give the next time?",
            (
                Option(
                    "Both less, since the prediction has to fall.",
                    "If unit 2 gave less, its negative weight would let the prediction *rise*. Watch in the explorer with which sign "
                    "the error comes back to each unit.",
                ),
                Option(
                    "Unit 1 less, unit 2 more.",
                    "Yes: the error comes back through each unit’s own weight, with its sign. That is all a hidden unit ever learns "
                    "about the target.",
                    right=True,
                ),
                Option(
                    "That cannot be said: hidden units have no targets.",
                    "They have none. But one can say how the loss would change if a unit gave a little more, and that is enough. "
                    "Watch in the explorer where the error goes.",
                ),
            ),
        ),
        Prediction(
            "some-or-none",
            "XOR: class 1 where exactly one of two inputs is positive. Three networks with six tanh units learn it at rate 1: one trains "
            "its hidden layer by the chain rule, one by the delta rule, and one leaves it at its random start. Which order will they have, "
            "best first?",
            (
                Option(
                    "Chain rule, delta rule, untrained: some learning is better than none.",
                    "An update that points the wrong way can be worse than none. Look at the medians of the fifty starts.",
                ),
                Option(
                    "Chain rule, untrained, delta rule.",
                    "So it is, from most starts. Random hidden units are of some use to the output; look at what the delta rule makes "
                    "of them.",
                    right=True,
                ),
                Option(
                    "The first two about alike: the slope of tanh is positive, so leaving it out turns no sign.",
                    "No sign of a single sample’s term turns. But an update is a sum over samples, and each term had another slope. "
                    "Look at the angle in the caption.",
                ),
            ),
        ),
        Prediction(
            "random-way-back",
            "The eight hidden units of a network are steps; XOR is the problem. At the start of training, the "
            "straight-through update with its ramp points about 20° away from the smooth twin’s gradient, the delta rule’s 60°, and that of "
            "feedback alignment, through fixed random weights, 90°. Which of them do better than a hidden layer that is left alone?",
            (
                Option(
                    "Straight-through only: the others start too far from the gradient.",
                    "So you expect the angle at the start to last. Watch the lower left picture: which curve stays where it began?",
                ),
                Option(
                    "Straight-through and feedback alignment: the angle at the start decides nothing.",
                    "Yes, though the random weights start at right angles to downhill. Watch where the three curves are later.",
                    right=True,
                ),
                Option(
                    "Straight-through and the delta rule, in this order; random weights cannot know who is to blame.",
                    "At the start they know nothing. But the weights above the hidden units learn, too. Watch what the agreement of "
                    "feedback alignment does.",
                ),
            ),
        ),
        Prediction(
            "coin-signs",
            "Eight ReLU units learn a disc by the chain rule, with one change: at each step a lot is drawn for every sample and "
            "every unit, and 4 out of 10 times the sign of the slope is turned round. What will 400 steps do?",
            (
                Option(
                    "Nearly what the exact slopes would do: more signs are right than wrong.",
                    "Yes, though a single step goes far aside. Keep in mind that what is wrong is new at each step.",
                    right=True,
                ),
                Option(
                    "Harm: with so many wrong signs the hidden layer is worse than if left alone.",
                    "Four in ten are wrong, and six are right. A single step goes a little downhill and far aside. Where do 400 of "
                    "them go?",
                ),
                Option(
                    "Little: wrong and right signs cancel, and the layer stays about as it was.",
                    "With 5 out of 10 they would. Here a fifth of the gradient is left over at each step. What becomes of the rest?",
                ),
            ),
        ),
        Prediction(
            "digits",
            "Handwritten digits, 8×8 pixels, are to be read by networks with 32 tanh units. On XOR the delta rule solved the "
            "problem from no start, and mostly did worse than hidden units that were left as they were. How will it do here?",
            (
                Option(
                    "Hardly better than guessing, which gets 10%: this is harder than XOR.",
                    "So you expect a problem with 64 inputs and ten answers to be harder than one with two inputs and two answers. "
                    "Is it, for a network? Look at how fast all curves rise.",
                ),
                Option(
                    "Better than guessing, and worse than a frozen layer, as on XOR.",
                    "So you expect the order of the rules to belong to the rules. Compare the orange curve with the grey one.",
                ),
                Option(
                    "Nearly as well as the chain rule.",
                    "Then it must have something here that it did not have on XOR. Keep in mind that this wants an explanation.",
                    right=True,
                ),
            ),
        ),
        Prediction(
            "sum-even",
            "Two digits stand side by side, each a 0 or a 1. Is their sum even? Networks with 32 tanh units learn to answer this "
            "by each rule. Guessing gets half of the pairs right.",
            (
                Option(
                    "All rules get nearly all pairs right: no two digits are easier to tell apart than 0 and 1.",
                    "Each of the two digits is easy. But the answer to the question is in neither of them alone. Look at what the "
                    "answers depend on in the table.",
                ),
                Option(
                    "The chain rule gets nearly all right, the others are near one half.",
                    "Then telling digits apart cannot be what is hard about it. Look at what it is.",
                    right=True,
                ),
                Option(
                    "All are near one half: 32 units that see both pictures at once cannot tell the two digits apart.",
                    "So you expect that somebody has to cut the picture in two first. Look at what the first layer learned by the "
                    "chain rule.",
                ),
            ),
        ),
        Prediction(
            "smallest-step",
            "To measure a slope, move the parameter by h to both sides and divide the difference of the two losses by 2h. The derivative "
            "is the limit for h → 0. The computer’s numbers carry about 16 digits. With which h does it get the most digits of the "
            "slope right?",
            (
                Option(
                    "10⁻¹⁵: as small as the numbers allow.",
                    "In calculus the smallest step is the best. Go there in the explorer, and look at the loss up close.",
                ),
                Option(
                    "10⁻⁵: small, but far from the smallest.",
                    "Then something must speak against very small steps. Go to 10⁻¹⁵ in the explorer, and look at the loss up close.",
                    right=True,
                ),
                Option(
                    "10⁻¹: large enough for the two losses to differ clearly.",
                    "They differ clearly. But between two places so far apart, is the loss a straight line? Look at it up close.",
                ),
            ),
        ),
        Prediction(
            "survivors",
            "A network with two hidden layers of six tanh units learns XOR, and gets nearly all points right. Seven copies of its backward "
            "pass have one bug each: a wrong sign, a matrix that is not transposed, and so on. With how many of them does it still get "
            "over 95% right?",
            (
                Option(
                    "With none: what is not the gradient does not go downhill.",
                    "That would be convenient: every bug would show itself. Try them all.",
                ),
                Option(
                    "With one of them, at most.",
                    "So you expect nearly every bug to show in the training. Try them all, and count.",
                ),
                Option(
                    "With four of them.",
                    "Then more than half of the bugs do not show in the training. Try them all, and see which ones they are.",
                    right=True,
                ),
            ),
        ),
        Prediction(
            "ten-sigmoids",
            "A network with ten hidden layers of sigmoid units has fresh random weights, of the size that is usually "
            "recommended (Glorot’s). At the output the error is about ½. What is the size of the error signal that "
            "arrives at the first hidden layer?",
            (
                Option(
                    "About the same: the weights are chosen so that it keeps its size.",
                    "The weights are chosen well. Look in the picture for what else multiplies the error at each layer.",
                ),
                Option(
                    "About a tenth: each of ten layers takes its share.",
                    "So you expect the losses to add up. Look whether the line on the logarithmic axis is straight, and what "
                    "that means.",
                ),
                Option(
                    "Less than a millionth of it.",
                    "Then each layer must take a good part. Find the two numbers that say how much, and which of them is to "
                    "blame.",
                    right=True,
                ),
            ),
        ),
    )
}
"""Every prediction by its slug."""


class PredictionCard:
    """A prediction on the page: options, a button to commit, and the feedback after it."""

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction
        self.committed: Option | None = None
        width = {"width": "auto", "max_width": "860px"}
        labels = [(option.text, index) for index, option in enumerate(prediction.options)]
        self._choice = widgets.RadioButtons(options=labels, index=None, layout=width)
        self._commit = widgets.Button(description="Commit", disabled=True, tooltip="Put the prediction down")
        self._answer = widgets.HTML(layout=width)
        self._choice.observe(lambda change: setattr(self._commit, "disabled", change["new"] is None), names="index")
        self._commit.on_click(lambda _: self.commit(self._choice.index))
        question = widgets.HTML(_question(prediction.question), layout=width)
        self.widget = widgets.VBox([question, self._choice, self._commit, self._answer])

    def commit(self, index: int) -> None:
        """Put down the option with this number, counted from 0. The first one put down stays.

        Raises
        ------
        ValueError, TypeError
            If there is no such option.
        """
        if self.committed is not None:
            return
        last = len(self.prediction.options) - 1
        if whole(index, "option", 0) > last:
            raise ValueError(f"option is {index}; wanted a whole number from 0 to {last}")
        option = self.prediction.options[index]
        self.committed = option
        self._choice.index = index
        self._choice.disabled = self._commit.disabled = True
        headline = "Keep that thought" if option.right else "Now look closely"
        self._answer.value = panel("hint", headline, (option.feedback,))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        items = "".join(f"<li>{html.escape(option.text)}</li>" for option in self.prediction.options)
        return {
            "application/vnd.jupyter.widget-view+json": view,
            "text/html": f"{_question(self.prediction.question)}<ul>{items}</ul><p>(Run this cell to choose.)</p>",
            "text/plain": repr(self),
        }

    def __repr__(self) -> str:
        lines = [self.prediction.question, *(f"- {option.text}" for option in self.prediction.options)]
        return "\n".join(lines)


def _question(text: str) -> str:
    return f'<p style="font-size:15px; line-height:1.5"><strong>Predict.</strong> {marked(text)}</p>'


def predict(slug: str) -> PredictionCard:
    """Show a prediction to commit to.

    Raises
    ------
    ValueError
        If there is no prediction of that name.
    """
    return PredictionCard(named(PREDICTIONS, slug, "prediction"))
