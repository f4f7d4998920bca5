"""All predictions of all lessons: `predict` shows one to commit to."""

from gdlab.exercises.prediction import Prediction
from gdlab.exercises.prediction_card import PredictionCard
from gdlab.explorers import veil
from gdlab.explorers.static_picture import shown_beside
from gdlab.lessons import LESSONS
from gdlab.validation import named

PREDICTIONS: dict[str, Prediction] = {
    prediction.slug: prediction for lesson in LESSONS.values() for prediction in lesson.predictions
}
"""Every prediction by its slug."""


def predict(slug: str) -> PredictionCard:
    """Show a prediction to commit to.

    Raises
    ------
    ValueError
        If there is no prediction of that name.
    """
    return PredictionCard(named(PREDICTIONS, slug, "prediction"), on_commit=veil.lift, show=shown_beside)
