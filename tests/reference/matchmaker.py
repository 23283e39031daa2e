"""The matchmaker: rounds of introductions by five algorithms (ODD 5)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from model import chance

from .councils import Need
from .meetings import Meeting, researcher_value
from .researchers import Researcher


@dataclass(frozen=True, eq=False)
class Pair:
    """A need and a researcher who could be introduced over it."""

    need: Need
    researcher: Researcher
    score: float  # how well they seem to go together
    who: int  # address of their chance
    agreed: bool = False  # the council has asked, and the researcher been asked


def best_first(pairs: list[Pair]) -> list[Pair]:
    """Pairs by score; of equals the need of the first council, its oldest, and the lowest slot come first."""
    return sorted(pairs, key=lambda pair: -pair.score)


def each_once(pairs: list[Pair]) -> list[Pair]:
    """The pairs in the order given, but for those whose need or researcher has been taken."""
    needs, researchers, chosen = set(), set(), []
    for pair in pairs:
        if pair.need not in needs and pair.researcher not in researchers:
            needs.add(pair.need)
            researchers.add(pair.researcher)
            chosen.append(pair)
    return chosen


def assigned(scores: np.ndarray, number: int) -> list[tuple[int, int]]:
    """So many pairs of a row and a column that their scores, none below 0, add up to the most.

    For the assignment of all, as many rows and columns are added as must stay without a partner: an added
    column takes a row, an added row a column, never each other.
    """
    n_rows, n_columns = scores.shape
    number = min(number, n_rows, n_columns)
    padded = np.zeros((n_rows + n_columns - number, n_rows + n_columns - number))
    padded[:n_rows, :n_columns] = scores
    padded[n_rows:, n_columns:] = -1.0 - scores.sum()
    rows, columns = linear_sum_assignment(padded, maximize=True)
    chosen = (rows < n_rows) & (columns < n_columns)
    return list(zip(rows[chosen].tolist(), columns[chosen].tolist(), strict=True))


class Matchmaker:
    """A service that brings people together, where a policy pays for one."""

    def __init__(self, model) -> None:
        self.model = model

    def introductions(self) -> Iterator[Meeting]:
        """Hold a round if it is due: meetings over the best pairs that the algorithm finds."""
        model, levers = self.model, self.model.levers
        if levers.match_interval == 0:
            return
        model.measures.charge("matchmaking", model.parameters.price_matchmaker / 12.0)
        if (model.month + 1) % levers.match_interval != 0:
            return
        chosen = getattr(self, levers.match_algorithm)(self.possible_pairs())
        luck = model.luck(chance.INTRODUCTION)
        for pair in chosen[: levers.match_capacity]:
            if pair.agreed:
                model.measures.count("requests")
                if not self.is_ripe(pair.need):
                    continue
            model.measures.count("introductions")
            model.measures.charge("matchmaking", model.parameters.price_introduction)
            yield Meeting(pair.researcher, pair.need, "introduction", luck, pair.who, pair.agreed)

    def is_ripe(self, need: Need) -> bool:
        """Whether a need that a council has brought is ripe for an introduction (ODD 5)."""
        luck = self.model.luck(chance.INTRODUCTION_ORDER)
        return luck.uniform(need.who, 2) < self.model.parameters.match_qualified

    def possible_pairs(self) -> list[Pair]:
        """Every free need with every available researcher in scope who has no live tie with its council."""
        available = [each for _, each in sorted(self.model.researchers.items()) if each.is_available]
        return [
            pair
            for council in self.model.councils
            for need in council.free_needs()
            for researcher in available
            if self.may_introduce(council, researcher)
            and (pair := self.pair(need, researcher, self.is_brought(need))) is not None
        ]

    def is_brought(self, need: Need) -> bool:
        """Whether its council, with time, has come with it to this round."""
        luck = self.model.luck(chance.INTRODUCTION_ORDER)
        return need.council.load < 1.0 and luck.uniform(need.who, 1) < self.model.levers.match_request

    def may_introduce(self, council, researcher: Researcher) -> bool:
        """Whether they are in scope of one another and not at work together already."""
        in_scope = self.model.levers.match_scope == "all" or council.place == researcher.university.place
        tie = council.ties.get(researcher.slot)
        return in_scope and (tie is None or not tie.is_live)

    def pair(self, need: Need, researcher: Researcher, brought: bool) -> Pair | None:
        """A pair with the score that the matchmaker sees: true fit, blurred; none if refusal is known."""
        accuracy, who = self.model.levers.match_accuracy, chance.introduction_of(need.who, researcher.slot)
        luck = self.model.luck(chance.INTRODUCTION)
        if brought and not Meeting(researcher, need, "introduction", luck, who).researcher_accepts():
            return None
        home, far = need.council.home(researcher.university), self.model.parameters.match_far
        true_score = researcher.expertise[need.topic] * (far + (1.0 - far) * home)
        blur = luck.uniform(who, 0)
        return Pair(need, researcher, accuracy * true_score + (1.0 - accuracy) * blur, who, brought)

    # The algorithms: each gives pairs in its own order, every need and researcher at most once

    def random(self, pairs: list[Pair]) -> list[Pair]:
        """Pairs at random."""
        luck = self.model.luck(chance.INTRODUCTION)
        return each_once(sorted(pairs, key=lambda pair: -luck.uniform(pair.who, 1)))

    def best_fit(self, pairs: list[Pair]) -> list[Pair]:
        """Greedily, the highest score first."""
        return each_once(best_first(pairs))

    def equitable(self, pairs: list[Pair]) -> list[Pair]:
        """Needs of the councils with the fewest partnerships first, each taking its highest score left."""
        luck = self.model.luck(chance.INTRODUCTION_ORDER)
        n_active = {council: council.n_active_ties for council in self.model.councils}

        def priority(pair: Pair) -> tuple[int, float]:
            return n_active[pair.need.council], luck.uniform(pair.need.who)

        return each_once(sorted(best_first(pairs), key=priority))

    def optimal(self, pairs: list[Pair]) -> list[Pair]:
        """Of as many pairs as can be made, those with the largest total score."""
        needs = list(dict.fromkeys(pair.need for pair in pairs))
        researchers = list(dict.fromkeys(pair.researcher for pair in pairs))
        rows = {need: row for row, need in enumerate(needs)}
        columns = {researcher: column for column, researcher in enumerate(researchers)}
        cells = {(rows[pair.need], columns[pair.researcher]): pair for pair in pairs}
        scores = np.zeros((len(needs), len(researchers)))  # 0: may not be introduced
        for cell, pair in cells.items():
            scores[cell] = pair.score
        best = assigned(scores, self.model.levers.match_capacity)
        return best_first([cells[cell] for cell in best if cell in cells])

    def stable(self, pairs: list[Pair]) -> list[Pair]:
        """Deferred acceptance (Gale & Shapley 1962): needs propose, researchers hold the best offer yet."""
        order = {need: position for position, need in enumerate(dict.fromkeys(pair.need for pair in pairs))}
        wishes: dict[Need, list[Pair]] = {need: [] for need in order}
        for pair in reversed(best_first(pairs)):
            wishes[pair.need].append(pair)  # the dearest wish last

        def attraction(pair: Pair) -> tuple[float, float, int]:
            """What a researcher ranks offers by; a council's several needs by score, then the older."""
            tie = pair.need.council.ties.get(pair.researcher.slot)
            lent = pair.need.council.lent_trust(pair.researcher.university)
            trust = max(tie.trust if tie is not None else 0.0, lent)
            value = researcher_value(pair.need.council, pair.researcher, trust)
            return value, pair.score, -order[pair.need]

        held: dict[Researcher, Pair] = {}
        proposing = list(order)
        while proposing:
            need = proposing.pop()
            if not wishes[need]:
                continue
            offer = wishes[need].pop()
            rival = held.get(offer.researcher)
            if rival is None or attraction(offer) > attraction(rival):
                held[offer.researcher] = offer
                need = rival.need if rival is not None else None
            if need is not None:
                proposing.append(need)
        return best_first(sorted(held.values(), key=lambda pair: order[pair.need]))
