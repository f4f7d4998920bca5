"""The room of notebook 08."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="keep_the_signal_alive",
    question="What happens when slopes vanish?",
    minutes=60,
    students_know="the chain rule, the variance of a sum",
    explorers={"SignalFlow": "signal_flow", "DeepTraining": "deep_training"},
)
