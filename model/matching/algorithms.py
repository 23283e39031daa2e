"""How pairs are chosen: each word of `match_algorithm` names a file beside this one, with a rule `choose`.

It leaves the needs to serve, in order, in the scratch items, their candidates in `round_choice`, and how many
in `clock.introductions`.
"""

from collections.abc import Callable
from importlib import import_module

from model.machine.compiling import one_of
from model.parameters import LEVERS
from model.problems import BadInput


def chooser(word: str) -> Callable:
    """The rule of a word.

    Raises:
        BadInput: if there is none.
    """
    try:
        return import_module(f"model.matching.{word}").choose
    except (ImportError, AttributeError) as error:
        raise BadInput(
            f"match_algorithm has the word {word!r}, and model/matching/{word}.py no rule choose: {error}."
        ) from None


#: What chooses, by word. Compiled rules know words by their positions in the lever's declaration.
ALGORITHMS = {word: chooser(word) for word in LEVERS["match_algorithm"].domain.words}

#: Chooses by the algorithm of a position.
choose = one_of([*ALGORITHMS.values()])
