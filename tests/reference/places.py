"""Areas and universities (ODD 2, 7)."""

import math
from dataclasses import dataclass, field

from model import chance
from model.parameters import LEVERS

from .luck import Stream, round_half_up

EARTH_RADIUS = 6371.0  # km


@dataclass(eq=False)
class Area:
    """A place, or a combined authority within places, with a structure of strength g in 0-1 (0: none)."""

    index: int
    is_authority: bool
    has_councils: bool
    structure: float = 0.0
    structure_is_policy: bool = False


def draw_areas(model) -> list[Area]:
    """All areas; authorities that are known have a structure, else those with the lowest draws (ODD 7)."""
    luck, population = model.luck(chance.PLACE), model.population
    n_places = len(population.places)
    areas = [
        Area(index, index >= n_places, index in population.council_areas)
        for index in range(n_places + len(population.authorities))
    ]
    inhabited = [area for area in areas if area.has_councils]
    with_structure = [area for area in inhabited if area.is_authority]
    if not with_structure:
        n = round_half_up(model.parameters.structure_share * len(inhabited))
        with_structure = sorted(inhabited, key=lambda area: luck.uniform(area.index, 0))[:n]
    for area in with_structure:
        area.structure = 0.5 + 0.5 * luck.uniform(area.index, 1)
    return areas


def draw_position(luck: Stream, who: int, site, geographic: bool) -> tuple[float, ...]:
    """A site's point: (x, y) in km, or (x, y, z) on a sphere where sites are longitudes and latitudes."""
    x = float(site["x"]) + float(site["sd_x"]) * luck.normal(who, 0)
    y = float(site["y"]) + float(site["sd_y"]) * luck.normal(who, 2)
    if not geographic:
        return (x, y)
    longitude, latitude = math.radians(x), math.radians(y)
    return (
        EARTH_RADIUS * math.cos(latitude) * math.cos(longitude),
        EARTH_RADIUS * math.cos(latitude) * math.sin(longitude),
        EARTH_RADIUS * math.sin(latitude),
    )


@dataclass(eq=False)
class University:
    """An employer of researchers, with leaders and dedicated partnership roles."""

    model: object
    index: int
    place: int
    area: Area
    position: tuple[float, ...]
    commitment: float  # L_u, 0-1
    own_roles: float  # FTE
    mission: float  # M_u, 1 on average
    broker_roles: float = 0.0  # FTE that the policy pays for
    joint_post_roles: float = 0.0  # FTE that the policy pays for
    purse: float = 0.0  # £k of seed money at hand
    staff: list = field(default_factory=list)  # researchers: posts in order, then PhDs as they came

    @classmethod
    def drawn(cls, model, index: int, site) -> "University":
        """A university at t = 0 (ODD 7)."""
        luck, spread = model.luck(chance.UNIVERSITY), model.parameters.mission_spread

        def who(attribute: int) -> int:
            return chance.attribute_of(index, attribute)

        return cls(
            model=model,
            index=index,
            place=int(site["place"]),
            area=model.areas[model.population.university_areas[index]],
            position=draw_position(luck, who(chance.UNIVERSITY_POSITION), site, model.population.geographic),
            commitment=luck.beta(who(chance.UNIVERSITY_COMMITMENT), 2.0, 3.0),
            own_roles=float(luck.uniform(who(chance.UNIVERSITY_ROLES)) < model.parameters.role_share),
            mission=luck.log_normal(who(chance.UNIVERSITY_MISSION), 0, math.exp(-(spread**2) / 2.0), spread),
        )

    @property
    def roles(self) -> float:
        """Dedicated partnership roles R_u, in FTE."""
        return self.own_roles + self.broker_roles + self.joint_post_roles

    def save(self) -> None:
        """A month's seed money (ODD 4.8)."""
        posts = sum(not researcher.is_phd for researcher in self.staff)
        income = self.model.levers.seed_money / 12.0 * posts
        further = max(0.0, self.model.levers.seed_money - LEVERS["seed_money"].default)
        self.model.measures.charge("local", further / 12.0 * posts)
        most = self.model.parameters.purse_size * self.model.parameters.small_cost
        self.purse = min(self.purse + income, most) if income > 0.0 else 0.0

    def seed(self) -> None:
        """Pay for a small project of its own people (ODD 4.8)."""
        p = self.model.parameters
        if self.purse >= p.small_cost:
            ready = [tie for each in self.staff for tie in each.ties if tie.can_bid]
            tie = max(ready, key=lambda tie: (tie.trust * tie.fit, -tie.who), default=None)
            if tie is not None:
                self.purse -= p.small_cost
                tie.start_small("seeded", "starts_seed")

    def change_leader(self) -> None:
        """Turnover of the university's leadership (ODD 4.1)."""
        luck = self.model.luck(chance.UNIVERSITY_LEADER)
        if luck.uniform(self.index, 0) < 1.0 / self.model.parameters.university_leader_months:
            self.commitment = luck.beta(self.index, 2.0, 3.0, draw=8)


class Busy:
    """A side of ties: what is asked of it in a month, and the share of it that it can serve (ODD 4.6)."""

    load = 0.0  # total demand / capacity, as last reckoned; someone new has 0
    committed = 0.0  # days/month asked by commitments: projects, strategic ties, engagement
    early = 0.0  # days/month asked by scoping and ready ties
    served_committed = 1.0
    served_early = 1.0

    def share_out(self, capacity: float) -> None:
        """Serve commitments first, and share what is left among scoping and ready ties."""
        left = max(0.0, capacity - self.committed)
        self.served_committed = min(1.0, capacity / self.committed) if self.committed > 0.0 else 1.0
        self.served_early = min(1.0, left / self.early) if self.early > 0.0 else 1.0
        self.load = (self.committed + self.early) / max(capacity, 1e-9)

    @property
    def days_given(self) -> float:
        """Days of the month that are served."""
        return self.committed * self.served_committed + self.early * self.served_early
