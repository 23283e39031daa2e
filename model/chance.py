"""Chance: every draw has an address, and nothing else decides its value.

A draw's address is (seed, process, month, who, draw). Two runs of one seed under two policies that
both reach an address find the same number there, however different the paths that led to it, and
a run is the same on one core or a thousand: no generator is passed about or advanced.

The (seed, process, month) of an address name a *stream*, keyed by Philox4x32-10 (Salmon et al.
2011); *who* and *draw* are a position in it, mixed by SplitMix64 (Steele, Lea & Flood 2014), which
is the generator's own way to its n-th number. Each who has 64 draws. Where a draw needs more of an
address than who it concerns, `pair_of`, `need_of`, `introduction_of` and `attribute_of` make one
integer of it.

What each process draws, by who (draw 0, 1, ... unless said):

======================== =========================== ===============================================
process                  who                         draws
======================== =========================== ===============================================
PLACE                    place                       0 order for structures, 1 strength of its own
COUNCIL                  attribute_of(council)       the attribute (month 0)
UNIVERSITY               attribute_of(university)    the attribute (month 0)
RESEARCHER               attribute_of(post)          the attribute of the first holder (month 0)
SUCCESSOR                attribute_of(post)          the attribute of a holder who comes that month
INITIAL_TIE              tie * 1024 + try            0 university, 1 staff member, 2 council (try 0)
COUNCIL_LEADER           council                     0 election, 1 turnover, 8... new commitment
UNIVERSITY_LEADER        university                  0 turnover, 8... new commitment
CAREER                   researcher                  0 leaves (permanent), 1 renewed (fixed term),
                                                     2 goes on under a grant, 3 joins the council
HANDOVER                 pair                        0 handed over
OFFICER                  pair                        0 officer lost
ROLES                    university                  0 order for brokers, 1 for joint posts
STRUCTURE                place                       0 order for new structures
TRAINING                 researcher                  0 trained
SECONDMENT               index in the month          0 council, 1... researchers tried
PHD                      index in the month          0 university, 1 with a council, 2 which
PHD_RESEARCHER           attribute_of(index)         the attribute of the new researcher
OUTSIDE                  need                        0 answered by other sources
NEED_COUNT               council                     0... needs raised
NEED_TOPIC               need                        0 topic
SEARCH                   need                        0 searches, 1 repeat, 2 university, 3... staff
OUTREACH                 researcher                  0 reaches out, 1 council, 2 order
EVENT                    event * 1024 + pair         0 council, 1 university, 2 staff member
INTRODUCTION             introduction_of(need, who)  0 noise of the score, 1 order of *random*
INTRODUCTION_ORDER       need                        0 order among equals of *equitable*,
                                                     1 brought by its council, 2 ripe
SCOPING                  pair                        0 lapses, 1 starts in kind, 2 first answer
TASTE                    topic                       0 taste of the call, 1 of rolling money, 2 of open
                                                     competitions; 3-4 (of topic 8) their cut-off
BID                      pair                        0 bids to the call, 1 to rolling money, score
                                                     noise 2-3 of the call (or outline), 4-5 rolling,
                                                     6-7 full bid; gives up 8 after the call (or
                                                     outline), 9 rolling, 10 full bid; 11 lot; open
                                                     competitions 12 bids, 13 gives up, 14-15 noise
DELIVERY                 pair                        0 order, 1 outcome, 2... how many hear of it,
                                                     8 takes over needs
HEARER                   pair * 1024 + try           0 council that hears, 1 whether it helps
EMBEDDING                pair                        0 embeds, 1 ends, 2 opportunity, 3-4 its size
AGREEMENT                pair_of(council,            0 signed, 1 ended
                         university)
VOUCHER                  FRACTION                    0 fraction of a month's vouchers
======================== =========================== ===============================================

A meeting (SEARCH, OUTREACH, EVENT, INTRODUCTION) has its two acceptances at draws 62 (council) and
63 (researcher). The fraction of a yearly number (SECONDMENT, PHD, EVENT, VOUCHER) is drawn at who
`FRACTION`, draw 0. "Random order" is ascending order of the draw named order.
"""

import math

from model.machine.compiling import entry, unsigned

PLACE = 1
COUNCIL = 2
UNIVERSITY = 3
RESEARCHER = 4
SUCCESSOR = 5
INITIAL_TIE = 6
COUNCIL_LEADER = 10
UNIVERSITY_LEADER = 11
CAREER = 12
HANDOVER = 13
OFFICER = 14
ROLES = 20
STRUCTURE = 21
TRAINING = 22
SECONDMENT = 23
PHD = 24
PHD_RESEARCHER = 25
OUTSIDE = 30
NEED_COUNT = 31
NEED_TOPIC = 32
SEARCH = 40
OUTREACH = 41
EVENT = 42
INTRODUCTION = 43
INTRODUCTION_ORDER = 44
VOUCHER = 62
SCOPING = 50
TASTE = 60
BID = 61
DELIVERY = 70
HEARER = 71
EMBEDDING = 80
AGREEMENT = 81

COUNCIL_ACCEPTS = 62
RESEARCHER_ACCEPTS = 63
FRACTION = 1 << 20

# Attributes: who they concern and which of them make the `who` of a draw (`attribute_of`).
COUNCIL_POSITION = 0  # draws 0-1 first coordinate, 2-3 second
COUNCIL_POPULATION = 1
COUNCIL_ANALYTICAL_CAPACITY = 2
COUNCIL_PARTNERSHIP_CAPACITY = 3
COUNCIL_WINDOW = 4
COUNCIL_COMMITMENT = 5
COUNCIL_ABSORPTIVE_CAPACITY = 6
COUNCIL_OTHER_EVIDENCE = 7
COUNCIL_ELECTION_PHASE = 8
COUNCIL_MOTIVES = 9  # to 12
COUNCIL_PROFILE = 13  # to 20
COUNCIL_CULTURE = 21
UNIVERSITY_POSITION = 0  # as a council's
UNIVERSITY_COMMITMENT = 1
UNIVERSITY_ROLES = 2
UNIVERSITY_MISSION = 3
RESEARCHER_TOPICS = 0  # draw 0 best topic, 1 second topic, 2 expertise in the second
RESEARCHER_EXCELLENCE = 1
RESEARCHER_LOCAL_FOCUS = 2
RESEARCHER_PACE = 3
RESEARCHER_ENGAGEMENT_CAPACITY = 4
RESEARCHER_SECTOR_KNOWLEDGE = 5
RESEARCHER_CONTRACT = 6  # draw 0 permanent, 1 months left
RESEARCHER_MOTIVES = 7  # to 10

_LOW32 = unsigned(0xFFFFFFFF)
_LOW64 = unsigned(0xFFFFFFFFFFFFFFFF)
_PHILOX_M0 = unsigned(0xD2511F53)
_PHILOX_M1 = unsigned(0xCD9E8D57)
_PHILOX_W0 = unsigned(0x9E3779B9)
_PHILOX_W1 = unsigned(0xBB67AE85)
_SPLITMIX_GAMMA = unsigned(0x9E3779B97F4A7C15)
_SPLITMIX_M1 = unsigned(0xBF58476D1CE4E5B9)
_SPLITMIX_M2 = unsigned(0x94D049BB133111EB)


@entry
def philox4x32(counter0: int, counter1: int, counter2: int, counter3: int, key0: int, key1: int):
    """Philox4x32-10: four 32-bit words of counter and two of key to four words of output.

    Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    c0, c1, c2, c3 = unsigned(counter0), unsigned(counter1), unsigned(counter2), unsigned(counter3)
    k0, k1 = unsigned(key0), unsigned(key1)
    for _ in range(10):
        product0 = _PHILOX_M0 * c0
        product1 = _PHILOX_M1 * c2
        high0, low0 = product0 >> unsigned(32), product0 & _LOW32
        high1, low1 = product1 >> unsigned(32), product1 & _LOW32
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 = (k0 + _PHILOX_W0) & _LOW32
        k1 = (k1 + _PHILOX_W1) & _LOW32
    return c0, c1, c2, c3


@entry
def splitmix64(stream: int, position: int):
    """The number at `position` (0, 1, ...) of SplitMix64 seeded with `stream`.

    Source: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    z = (unsigned(stream) + (unsigned(position) + unsigned(1)) * _SPLITMIX_GAMMA) & _LOW64
    z = ((z ^ (z >> unsigned(30))) * _SPLITMIX_M1) & _LOW64
    z = ((z ^ (z >> unsigned(27))) * _SPLITMIX_M2) & _LOW64
    return z ^ (z >> unsigned(31))


@entry
def stream_of(seed: int, process: int, month: int):
    """The stream of a process in a month, for a seed in 0...2^63-1."""
    low, high = unsigned(seed) & _LOW32, unsigned(seed) >> unsigned(32)
    word0, word1, _, _ = philox4x32(process, month, 0, 0, low, high)
    return (word1 << unsigned(32)) | word0


@entry
def uniform(stream: int, who: int, draw: int):
    """Uniform draw in the open interval (0, 1), on a grid of 2^52 points."""
    return (float(splitmix64(stream, who * 64 + draw) >> unsigned(12)) + 0.5) * 2.0**-52


@entry
def index(stream: int, who: int, draw: int, n: int):
    """Uniform draw among 0...n-1."""
    return int(uniform(stream, who, draw) * n)


@entry
def happens(stream: int, who: int, draw: int, hazard: float):
    """Whether an event with this monthly hazard happens: probability 1 - exp(-hazard)."""
    u = uniform(stream, who, draw)
    # 1 - exp(-h) <= h, so the exponential is needed only for draws that could matter.
    return u < hazard and u < probability_of(hazard)


@entry
def probability_of(hazard: float):
    """Probability that an event with this monthly hazard happens in a month."""
    return 1.0 - math.exp(-hazard)


@entry
def normal(stream: int, who: int, draw: int):
    """Standard normal draw (Box & Muller 1958); takes two draws."""
    radius = math.sqrt(-2.0 * math.log(uniform(stream, who, draw)))
    return radius * math.cos(2.0 * math.pi * uniform(stream, who, draw + 1))


@entry
def above(mean: float, sigma: float, least: float):
    """Probability that a normal draw is at least so much."""
    if sigma <= 0.0:
        return 1.0 if mean >= least else 0.0
    return 0.5 * math.erfc((least - mean) / (sigma * math.sqrt(2.0)))


@entry
def log_normal(stream: int, who: int, draw: int, median: float, sigma: float):
    """Log-normal draw; takes two draws."""
    return median * math.exp(sigma * normal(stream, who, draw))


@entry
def gamma(stream: int, who: int, draw: int, shape: float):
    """Gamma draw of unit scale.

    Whole and half shapes are sums of exponentials and half a squared normal (shape + 1 draws at
    most); others are drawn by Marsaglia & Tsang (2000), three draws a try.
    """
    if shape * 2.0 == math.floor(shape * 2.0):
        product = 1.0
        whole = int(shape)
        for i in range(whole):
            product *= uniform(stream, who, draw + i)
        value = -math.log(product)
        if shape > whole:
            z = normal(stream, who, draw + whole)
            value += 0.5 * z * z
        return value
    return _gamma_by_rejection(stream, who, draw, shape)


@entry
def _gamma_by_rejection(stream: int, who: int, draw: int, shape: float):
    boost = 1.0
    if shape < 1.0:
        boost = uniform(stream, who, draw) ** (1.0 / shape)
        shape += 1.0
        draw += 1
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(stream, who, draw)
        root = 1.0 + c * x
        v = root * root * root
        if v > 0.0:
            u = uniform(stream, who, draw + 2)
            if math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
                return boost * d * v
        draw += 3


@entry
def beta(stream: int, who: int, draw: int, a: float, b: float):
    """Beta draw; takes draws up to `draw + 31`."""
    x = gamma(stream, who, draw, a)
    return x / (x + gamma(stream, who, draw + 16, b))


@entry
def poisson(stream: int, who: int, draw: int, mean: float):
    """Poisson draw by inversion; takes one draw for every 500 of the mean."""
    count = 0
    while mean > 0.0:
        part = min(mean, 500.0)
        mean -= part
        u = uniform(stream, who, draw)
        draw += 1
        if u <= 1.0 - part:  # which is at most exp(-part): none
            continue
        probability = math.exp(-part)
        cumulative = probability
        k = 0
        while u > cumulative and probability > 1e-300:
            k += 1
            probability *= part / k
            cumulative += probability
        count += k
    return count


@entry
def yearly_number(stream: int, per_year: float):
    """How often in this month something happens that happens `per_year` times a year."""
    monthly = per_year / 12.0
    whole = math.floor(monthly)
    return int(whole) + int(uniform(stream, FRACTION, 0) < monthly - whole)


@entry
def attribute_of(who: int, attribute: int):
    """The `who` of one attribute's draws."""
    return who * 32 + attribute


@entry
def pair_of(c: int, i: int):
    """The `who` of a council-researcher pair, for up to 2^20 researchers."""
    return (int(c) << 20) | int(i)


@entry
def need_of(c: int, born: int, index_in_month: int):
    """The `who` of a need, for up to 4,096 months and 1,024 needs of a council in a month."""
    return (((c << 12) | born) << 10) | index_in_month


@entry
def introduction_of(need_who: int, i: int):
    """The `who` of a need and a researcher, for up to 16,384 councils."""
    return (need_who << 20) | i
