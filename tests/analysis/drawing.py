"""What tests of figures share: drawing one, and reading what it says."""

from analysis import tables
from analysis.figures.drawing import style


def drawn(draw, folder):
    with style.house():
        return draw(tables.read(folder))


def tick_labels(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]
