"""How pairs are chosen: each word of `match_algorithm` names a file beside this one, with a rule `choose`.

It leaves the needs to serve, in order, in the scratch items, their candidates in `round_choice`, and how many
in `clock.introductions`.
"""

from importlib import import_module

from model.machine.compiling import one_of
from model.parameters import LEVERS

#: What chooses, by word. Compiled rules know words by their positions in the lever's declaration.
ALGORITHMS = {
    word: import_module(f"model.matching.{word}").choose for word in LEVERS["match_algorithm"].domain.words
}

#: Chooses by the algorithm of a position.
choose = one_of([*ALGORITHMS.values()])
