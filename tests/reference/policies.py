"""Policies: the levers of a month, and what is done about people (ODD 5)."""

import math
from types import SimpleNamespace

from model import chance
from model.parameters import LEVERS

from .luck import pick, round_half_up
from .places import University
from .researchers import Researcher
from .ties import Stage, Tie

# Numbers given for 36 councils, and scaled for other populations (ODD 7).
ABSOLUTE = (
    "annual_budget",
    "match_capacity",
    "brokers",
    "joint_posts",
    "events_per_year",
    "vouchers",
    "secondments",
    "phds",
)
POSTS = ("match_interval", "brokers", "joint_posts")  # people have to be found first
SECONDMENT_TRIES = 61
PRICED_SECONDMENT = 6  # months that `price_secondment` is for


def levers_in(policy, population, month: int, recruitment: int) -> SimpleNamespace:
    """Value of every lever in a month of the horizon (negative: warm-up), for this population."""
    values = {name: lever.default for name, lever in LEVERS.items()}
    for name, dated in policy.levers.items():
        wait = recruitment if name in POSTS else 0
        if month >= max(0, dated.start) + wait and (dated.end is None or month < dated.end):
            values[name] = dated.value
    for name in ABSOLUTE:
        values[name] *= population.lever_scale
    values["match_capacity"] = round_half_up(values["match_capacity"])
    return SimpleNamespace(**values)


def phd_slots(policy, population, phd_months: int) -> int:
    """Slots enough for all PhDs in post at any time."""
    per_year = policy.levers["phds"].value * population.lever_scale if "phds" in policy.levers else 0.0
    return math.ceil(per_year / 12.0) * (phd_months + 1)


class Programme:
    """What a policy does about people: roles, structures, training, secondments, PhDs (ODD 4.2, 5)."""

    def __init__(self, model) -> None:
        self.model = model
        self.roles_made = {"broker_roles": 0.0, "joint_post_roles": 0.0}  # FTE
        self.structures_made = 0.0
        self.n_phds_started = 0

    def act(self) -> None:
        """The month's actions, in order."""
        self.staff("broker_roles", self.model.levers.brokers, order_draw=0)
        self.staff("joint_post_roles", self.model.levers.joint_posts, order_draw=1)
        self.build_structures()
        self.train()
        self.end_secondments()
        self.begin_secondments()
        self.start_phds()
        self.charge()

    # Roles and structures: made in the first month of the lever's window, undone in the first after it

    def staff(self, kind: str, wanted: float, order_draw: int) -> None:
        """Give posts, one at a time, to the university that has the fewest roles."""
        if wanted == self.roles_made[kind]:
            return
        self.roles_made[kind] = wanted
        luck = self.model.luck(chance.ROLES)
        for university in self.model.universities:
            setattr(university, kind, 0.0)
        while wanted > 1e-9 and self.model.universities:
            neediest = min(
                self.model.universities, key=lambda each: (each.roles, luck.uniform(each.index, order_draw))
            )
            self.make_post(neediest, kind, min(1.0, wanted))
            wanted -= 1.0

    def make_post(self, university: University, kind: str, fte: float) -> None:
        """Make one post, or the last fraction of one; a joint post also commits the leadership."""
        setattr(university, kind, getattr(university, kind) + fte)
        if kind == "joint_post_roles":
            university.commitment = max(university.commitment, self.model.parameters.joint_post_commitment)

    def build_structures(self) -> None:
        """Give some of the areas without one a strategic structure."""
        wanted = self.model.levers.structures
        if wanted == self.structures_made:
            return
        self.structures_made = wanted
        for area in self.model.areas:
            if area.structure_is_policy:
                area.structure, area.structure_is_policy = 0.0, False
        luck = self.model.luck(chance.STRUCTURE)
        without = [area for area in self.model.areas if area.has_councils and area.structure == 0.0]
        n = round_half_up(wanted * len(without))
        for area in sorted(without, key=lambda area: luck.uniform(area.index))[:n]:
            area.structure = self.model.parameters.structure_strength
            area.structure_is_policy = True

    # Skills

    def train(self) -> None:
        """Train some researchers in how local government works."""
        luck, probability = self.model.luck(chance.TRAINING), self.model.levers.training_rate / 12.0
        for researcher in self.model.researchers.values():
            if luck.uniform(researcher.slot) < probability:
                researcher.learn_sector(self.model.parameters.training_gain)
                self.model.measures.charge("training", self.model.parameters.price_training)

    def end_secondments(self) -> None:
        """Secondments that are over leave both sides wiser and better acquainted."""
        p = self.model.parameters
        for researcher in list(self.model.researchers.values()):
            if researcher.secondment_ends == self.model.month:
                council = researcher.host
                researcher.end_secondment()
                researcher.learn_sector(p.secondment_sector)
                council.absorptive_capacity += p.secondment_absorb * (1.0 - council.absorptive_capacity)
                self.acquaint(council, researcher)

    def acquaint(self, council, researcher: Researcher) -> None:
        """Their tie has trust; one made so is dormant."""
        tie, least_trust = council.ties.get(researcher.slot), self.model.parameters.secondment_trust
        if tie is None:
            tie = Tie(
                council, researcher, researcher.best_topic, Stage.DORMANT, least_trust, self.model.month
            )
        tie.trust = max(tie.trust, least_trust)
        tie.note("seconded")

    def begin_secondments(self) -> None:
        """Send random researchers to councils near them."""
        luck, p = self.model.luck(chance.SECONDMENT), self.model.parameters
        for number in range(luck.yearly_number(self.model.levers.secondments)):
            researcher = self.someone_to_second(luck, number)
            if researcher is None:
                return
            weights = [council.weight(researcher.university) for council in self.model.councils]
            researcher.begin_secondment(self.model.councils[pick(weights, luck.uniform(number, 0))])
            price = p.price_secondment * p.secondment_months / PRICED_SECONDMENT
            self.model.measures.charge("secondments", price)

    def someone_to_second(self, luck, number: int) -> Researcher | None:
        """A random researcher not on a secondment: by lot, at last by going through all."""
        n_slots = self.model.n_slots
        if n_slots == 0:
            return None
        tried = [luck.index(number, 1 + attempt, n_slots) for attempt in range(SECONDMENT_TRIES)]
        tried += [(tried[-1] + step) % n_slots for step in range(1, n_slots)]
        candidates = (self.model.researchers.get(slot) for slot in tried)
        return next((each for each in candidates if each is not None and each.host is None), None)

    def start_phds(self) -> None:
        """Take on PhD researchers who are close to local government."""
        luck, p = self.model.luck(chance.PHD), self.model.parameters
        universities = self.model.universities
        for number in range(luck.yearly_number(self.model.levers.phds) if universities else 0):
            university = universities[luck.index(number, 0, len(universities))]
            capacity = self.model.n_slots - self.model.n_posts
            slot = self.model.n_posts + self.n_phds_started % capacity
            phd = Researcher(self.model, university, slot, self.model.luck(chance.PHD_RESEARCHER), number)
            phd.is_phd, phd.is_permanent, phd.months_left = True, False, p.phd_months
            phd.local_focus, phd.sector_knowledge = p.phd_local_focus, p.phd_sector
            phd.engagement_capacity = p.phd_days
            university.staff.append(phd)
            self.model.researchers[slot] = phd
            self.n_phds_started += 1
            if luck.uniform(number, 1) < p.phd_partnership:
                weights = [council.weight(university) for council in self.model.councils]
                self.begin_phd_project(phd, self.model.councils[pick(weights, luck.uniform(number, 2))])

    def begin_phd_project(self, phd: Researcher, council) -> None:
        """A collaborative PhD is a funded project from the first month (ODD 5)."""
        p = self.model.parameters
        need = council.best_free_need(lambda topic: phd.expertise[topic])
        topic = phd.best_topic if need is None else need.topic
        phd.partner = council
        tie = Tie(council, phd, topic, Stage.SCOPING, p.meeting_trust, self.model.month)
        tie.has_started = True  # no meeting came before it
        if need is not None:
            tie.claim(need)
        tie.start(p.phd_months, True, "started_phd", "starts_phd")

    # Prices

    def charge(self) -> None:
        """Charge a month of all that has a yearly price (ODD 5)."""
        p, model, charge = self.model.parameters, self.model, self.model.measures.charge
        charge("brokers", p.price_broker / 12.0 * sum(each.broker_roles for each in model.universities))
        joint_posts = sum(each.joint_post_roles for each in model.universities)
        charge("joint_posts", p.price_joint_post / 12.0 * joint_posts)
        charge("structures", p.price_structure / 12.0 * sum(each.structure_is_policy for each in model.areas))
        charge("phds", p.price_phd / 12.0 * sum(each.is_phd for each in model.researchers.values()))
        charge("engagement", p.price_engagement / 12.0 * model.levers.engagement)
        further_councils = max(0.0, model.levers.dissemination - LEVERS["dissemination"].default)
        charge("dissemination", p.price_communication / 12.0 * further_councils)
