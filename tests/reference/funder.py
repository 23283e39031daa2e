"""The funder: calls, full bids, rolling money and grants (ODD 4.8)."""

import math
import sys
from typing import NamedTuple

from scipy import stats

from model import chance
from model.parameters import LEVERS

from .councils import TOPICS, Reached
from .luck import round_half_up
from .ties import Stage, Tie

TOLERANCE = 1e-9  # relative: money that is short by less than this covers the cost


class Draws(NamedTuple):
    """The draws of one kind of bid (`model.chance`)."""

    noise: int
    gives_up: int


CALL, ROLLING, FULL_BID, OPEN = Draws(2, 8), Draws(4, 9), Draws(6, 10), Draws(14, 13)


class Round(NamedTuple):
    """Full bids under way: the call they come from, and the money set aside for them."""

    month: int  # of the call
    n_awards: int
    grant_cost: float  # £k
    grant_months: int


class Funder:
    """A funder like the ESRC."""

    def __init__(self, model) -> None:
        self.model = model
        self.leftover = 0.0  # £k that earlier calls left over
        self.purse = 0.0  # £k of rolling money
        self.rounds: list[Round] = []
        self.months_to_call = math.inf
        self.prospect = 0.0

    # What everyone knows at the beginning of a month

    def look_ahead(self) -> None:
        """How far the next call is, and the prospect of money (the horizon starts with nothing over)."""
        if self.model.month == self.model.warmup:
            self.leftover = self.purse = 0.0
        self.months_to_call = self._months_to_call()
        self.prospect = self._prospect()

    def _months_to_call(self) -> float:
        """Months to the next call that will be held: infinitely many if none will (ODD 4.4)."""
        interval = self.model.levers.call_interval
        missing = self.grant_cost * (1.0 - TOLERANCE) - self.leftover
        n = 1
        if missing > 0.0:
            if self.money_of_call == 0.0:
                return math.inf
            n = max(1, math.ceil(missing / self.money_of_call))
        return -(self.model.month + 1) % interval + (n - 1) * interval

    def _prospect(self) -> float:
        """How bright the prospect of money is, in 0-1 (ODD 4.4)."""
        p, levers, councils = self.model.parameters, self.model.levers, len(self.model.councils)
        rolling = levers.responsive_share
        nearness = rolling + (1.0 - rolling) * math.exp(-self.months_to_call / p.call_foresight)
        plenty = p.plentiful_grants * self.grant_cost * councils
        return self.awareness * nearness * (min(1.0, levers.annual_budget / plenty) if plenty > 0.0 else 1.0)

    @property
    def awareness(self) -> float:
        """Chance that a pair hears of a call in time, engagement included (ODD 5)."""
        awareness = self.model.parameters.awareness
        return awareness + (1.0 - awareness) * self.model.levers.engagement

    @property
    def grant_cost(self) -> float:
        """Cost of a grant, £k."""
        return self.model.parameters.grant_fixed + (
            self.model.parameters.grant_monthly * self.model.levers.grant_months
        )

    @property
    def money_of_call(self) -> float:
        """What one call adds to the money at hand, £k."""
        levers = self.model.levers
        return levers.annual_budget * (1.0 - levers.responsive_share) * levers.call_interval / 12.0

    def n_affordable(self, money: float) -> int:
        """How many grants the money covers."""
        return math.floor(money / self.grant_cost + TOLERANCE) if self.grant_cost > 0.0 else sys.maxsize

    # The month

    def fund(self) -> None:
        """Start what was awarded, decide full bids, hold the call, give out rolling money (ODD 4.8)."""
        for tie in self.model.ties:
            if tie.stage is Stage.AWARDED and tie.start_month == self.model.month:
                tie.start(tie.grant_months, True, "started_grant", "starts_grant")
        self.decide_full_bids()
        if (self.model.month + 1) % self.model.levers.call_interval == 0:
            self.leftover += self.money_of_call
            if self.n_affordable(self.leftover) > 0:
                self.hold_call()
        self.purse += self.model.levers.annual_budget * self.model.levers.responsive_share / 12.0
        if self.n_affordable(self.purse) > 0:
            self.give_rolling_money()
        self.compete()

    def compete(self) -> None:
        """Bids to national competitions, which win if they pass a cut-off (ODD 4.8)."""
        p, tastes = self.model.parameters, self.model.luck(chance.TASTE)
        cutoff = p.open_cutoff + p.open_spread * tastes.normal(TOPICS, 3)
        bids = []
        for tie in self.model.ties:
            may_bid = tie.can_bid and self.model.month not in tie.rolling_bids
            if may_bid and self.bids(tie, p.open_rate, 12):
                tie.rolling_bids.append(self.model.month)
                tie.note("bid")
                bids.append(tie)
        taste, impact_weight = self.taste(2), LEVERS["impact_weight"].default
        scores = self.score_of(taste, OPEN.noise, 1.0, impact_weight)
        merits = self.score_of(taste, OPEN.noise, 0.0, impact_weight)
        winners = [tie for tie in bids if scores(tie) >= cutoff]
        for tie in bids:
            short = cutoff - merits(tie)
            wins = stats.norm.sf(short, scale=p.score_noise) if p.score_noise > 0.0 else short <= 0.0
            self.model.measures.surprise("won", tie in winners, wins)
        for tie in winners:
            tie.award(p.open_lag, p.open_months)
        self.model.measures.count("bids_open", len(bids))
        self.model.measures.count("awards_open", len(winners))
        self.model.measures.count(
            "grants_open", len(winners) * (p.grant_fixed + p.grant_monthly * p.open_months)
        )
        self.disappoint(bids, winners, OPEN.gives_up)

    def hold_call(self) -> None:
        """Take bids, and award the best of them or ask these for full bids (ODD 4.8)."""
        p, levers = self.model.parameters, self.model.levers
        bids = self.receive_bids(1.0, draw=0)
        noisiness = p.outline_noise if levers.two_stage else 1.0
        ranked = self.rank(bids, self.taste(0), CALL.noise, noisiness)
        n_covered = self.n_affordable(self.leftover)
        n_awards = min(n_covered, len(ranked))
        self.leftover -= n_awards * self.grant_cost
        if levers.two_stage:
            chosen = ranked[: p.outlines_kept * n_covered]
            self.ask_for_full_bids(chosen, n_awards)
        else:
            chosen = self.choose(ranked, n_awards)
            self.award(chosen, self.grant_cost, levers.grant_months, levers.decision_lag)
        self.disappoint(ranked, chosen, CALL.gives_up)

    def ask_for_full_bids(self, invited: list[Tie], n_awards: int) -> None:
        """Let the best outlines go on, and keep the money for so many of them aside."""
        going_on = Round(self.model.month, n_awards, self.grant_cost, self.model.levers.grant_months)
        self.rounds.append(going_on)
        for tie in invited:
            tie.full_bid = going_on
            tie.note("full_bid")

    def decide_full_bids(self) -> None:
        """Score the full bids that are due anew, and award the best (ODD 4.8)."""
        call = self.model.month - self.model.parameters.full_bid_months
        for due in [each for each in self.rounds if each.month == call]:
            self.rounds.remove(due)
            bids = [tie for tie in self.model.ties if tie.full_bid is due]
            ranked = self.rank(bids, self.taste(0, due.month), FULL_BID.noise)
            winners = self.choose(ranked, min(due.n_awards, len(ranked)))
            self.leftover += (due.n_awards - len(winners)) * due.grant_cost
            for tie in ranked:
                tie.full_bid = None
            self.award(winners, due.grant_cost, due.grant_months, self.model.levers.decision_lag)
            self.disappoint(ranked, winners, FULL_BID.gives_up)

    def give_rolling_money(self) -> None:
        """Award the best of the month's bids while the purse covers it (ODD 4.8)."""
        bids = self.receive_bids(1.0 / self.model.parameters.rolling_interval, draw=1)
        for tie in bids:
            tie.rolling_bids.append(self.model.month)
        ranked = self.rank(bids, self.taste(1), ROLLING.noise)
        winners = ranked[: self.n_affordable(self.purse)]
        self.purse -= len(winners) * self.grant_cost
        lag = self.model.parameters.responsive_lag
        self.award(winners, self.grant_cost, self.model.levers.grant_months, lag)
        self.disappoint(ranked, winners, ROLLING.gives_up)

    # Bids and awards

    def receive_bids(self, part: float, draw: int) -> list[Tie]:
        """Ready ties that bid, each with this part of its probability for a call (ODD 4.8)."""
        bids = []
        for tie in self.model.ties:
            if tie.can_bid and self.bids(tie, part, draw):
                tie.note("bid")
                bids.append(tie)
        self.model.measures.count("bids", len(bids))
        return bids

    def bids(self, tie: Tie, part: float, draw: int) -> bool:
        """Whether a ready tie bids, with this part of its probability for a call."""
        probability = part * self.bid_probability(tie)
        bids = self.model.luck(chance.BID).uniform(tie.who, draw) < probability
        self.model.measures.surprise("bid", bids, probability)
        return bids

    def bid_probability(self, tie: Tie) -> float:
        """Probability that a ready tie bids to a call."""
        p, researcher = self.model.parameters, tie.researcher
        awareness = 1.0 if tie.is_bridged else self.awareness
        keenness = p.bid_base + (1.0 - p.bid_base) * min(1.0, 2.0 * researcher.motives.funding)
        return awareness * keenness * (0.3 + 0.7 * researcher.served_early)

    def taste(self, draw: int, month: int | None = None) -> list[float]:
        """The call's taste for each topic, T, leaning towards what councils ask (ODD 4.8)."""
        alignment = self.model.parameters.topic_alignment
        alignment += (1.0 - alignment) * self.model.levers.engagement
        n_open = [0] * TOPICS
        for council in self.model.councils:
            for need in council.needs:
                n_open[need.topic] += 1
        luck, most = self.model.luck(chance.TASTE, month), max(1, *n_open)
        return [
            alignment * (n_open[topic] / most) + (1.0 - alignment) * luck.uniform(topic, draw)
            for topic in range(TOPICS)
        ]

    def rank(self, bids: list[Tie], taste: list[float], draw: int, noisiness: float = 1.0) -> list[Tie]:
        """Bids by their score, best first (ODD 4.8)."""
        score = self.score_of(taste, draw, noisiness, self.model.levers.impact_weight)
        return sorted(bids, key=score, reverse=True)

    def score_of(self, taste: list[float], draw: int, noisiness: float, impact_weight: float):
        """What gives a bid its score (ODD 4.8)."""
        noise, luck = noisiness * self.model.parameters.score_noise, self.model.luck(chance.BID)
        taste_weight = self.model.parameters.taste_weight

        def score(tie: Tie) -> float:
            impact = tie.fit * (0.25 + 0.5 * tie.council.commitment + 0.5 * tie.trust)
            merit = (1.0 - impact_weight) * tie.researcher.excellence + impact_weight * impact
            return merit + taste_weight * taste[tie.topic] + noise * luck.normal(tie.who, draw)

        return score

    def choose(self, ranked: list[Tie], n: int) -> list[Tie]:
        """The n to be awarded: by rank, and a share of them by lot from the better half (ODD 4.8)."""
        n_by_lot = round_half_up(self.model.levers.lottery * n)
        luck = self.model.luck(chance.BID)
        winners = ranked[: n - n_by_lot]
        urn = [tie for tie in ranked[: math.ceil(len(ranked) / 2)] if tie not in winners]
        winners += sorted(urn, key=lambda tie: luck.uniform(tie.who, 11))[:n_by_lot]
        return winners + [tie for tie in ranked if tie not in winners][: n - len(winners)]

    def award(self, winners: list[Tie], cost: float, grant_months: int, lag: int) -> None:
        """Promise grants, which start after a lag."""
        for tie in winners:
            tie.award(lag, grant_months)
            self.model.measures.count("awards")
            self.model.measures.count("grants_paid", cost)

    def disappoint(self, bids: list[Tie], winners: list[Tie], draw: int) -> None:
        """Some losers give up, unless they are under bridging (ODD 4.7, 4.8)."""
        luck, loser_drop = self.model.luck(chance.BID), self.model.parameters.loser_drop
        losers = [tie for tie in bids if tie not in winners]
        for tie in losers:
            if tie.need is not None:
                tie.need.explain(Reached.BID, "bid_lost")
            if not tie.is_bridged and luck.uniform(tie.who, draw) < loser_drop * tie.doubt:
                tie.go_dormant("gave_up")
