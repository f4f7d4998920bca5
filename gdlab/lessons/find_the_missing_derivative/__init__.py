"""The room of notebook 04."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="find_the_missing_derivative",
    question="Why do logistic and softmax regression use the short rule exactly?",
    minutes=60,
    students_know="derivatives of exp and log; partial derivatives for softmax",
    explorers={"ErrorSignal": "error_signal", "Slowdown": "slowdown"},
)
