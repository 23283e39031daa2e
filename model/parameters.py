"""Every number of the model: declared once, with unit, allowed values, plausible range and source.

*Allowed* values are those for which the model means something; anything else is refused. The
*plausible* range is narrower: what the evidence leaves open, and what designs and sensitivity
analyses sample from. Levers belong to a policy (`model.policy`), all others hold throughout a run.
Money is in thousands of pounds, effort in person-days a month, distance in km, time in months.
"""

from collections.abc import Mapping

import numpy as np

from model.domains import (
    AT_LEAST_ONE,
    NON_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    REAL,
    Lever,
    Parameter,
    Value,
    between,
    one_of,
    whole,
)
from model.problems import BadInput, no_such, refuse

# fmt: off
_DECLARATIONS = (
    # 1 Scales
    Parameter("warmup", 120, whole(0, 2000), "months", "run-in under the baseline policy before the horizon", "design", (24, 240)),
    Parameter("horizon", 120, whole(0, 2000), "months", "length of the run that is measured", "design", (12, 360)),
    # 4.4 Meetings
    Parameter("search_rate", 0.04, PROBABILITY, "1/month", "chance that a council looks for a partner for a free need", "calibrated", (0.03, 0.9)),
    Parameter("outreach_rate", 0.074, NON_NEGATIVE, "1/month", "scale of a researcher's chance of approaching a council", "calibrated", (0.03, 0.3)),
    Parameter("repeat_share", 0.3, PROBABILITY, "share", "chance that a council turns first to someone it worked with", "calibrated; ties start mostly from existing links", (0.1, 0.7)),
    Parameter("distance_scale", 2.5, between(0.001, 100_000), "km", "distance at which the decay sets in", "fitted to council mentions in REF 2014 impact cases", (1.0, 20.0)),
    Parameter("distance_decay", 1.25, NON_NEGATIVE, "-", "exponent of the decay of meetings with distance", "fitted to council mentions in REF 2014 impact cases", (0.8, 2.0)),
    Parameter("attraction", 0.05, between(0, 2), "-", "exponent of staff in how much a university attracts searches", "calibrated to councils' ties against staff: Spearman .38 in REF 2014 impact cases", (0.0, 1.0)),
    Parameter("outreach_half", 420.0, between(0.1, 1_000_000), "staff", "staff at which a university reaches out half as much as they would each by themselves", "calibrated to councils' ties against staff: Spearman .38 in REF 2014 impact cases; very many is no difference", (30.0, 1000.0)),
    Parameter("mission_spread", 0.85, between(0, 3), "log", "spread over universities of how readily they and councils turn to each other, for reasons other than staff", "calibrated to how universities share councils' ties: a tenth of them has 47% (REF 2014 impact cases); 0 is universities with one mission", (0.0, 1.2)),
    Parameter("known_first", 50.0, between(1, 1000), "-", "how many times as readily two turn to each other once someone of the one has delivered a finding to the other", "calibrated to the share of all ties that few councils have (REF 2014 impact cases), and to one large city; 1 is no difference", (1.0, 100.0)),
    Parameter("known_trust", 0.9, PROBABILITY, "-", "least trust of two people once council and university have as much common work as an agreement takes, whoever did it; with less, so much less", "calibrated to one large city (UPEN 2021); Gulati 1995 and Bruneel et al. 2010 for the sign; 0 is no trust but of one's own", (0.0, 1.0)),
    Parameter("office_reach", 8, whole(1, 59), "staff", "staff a partnership office can look over for one request", "assumed", (2, 30)),
    Parameter("meeting_trust", 0.1, PROBABILITY, "-", "least trust of two who have agreed to explore a question", "assumed", (0.02, 0.3)),
    # 4.5 Appraisal
    Parameter("council_base", -7.75, REAL, "logit", "a council's readiness to accept before any benefit or cost", "calibrated", (-9.0, 0.0)),
    Parameter("researcher_base", -0.2, REAL, "logit", "a researcher's readiness to accept before any benefit or cost", "calibrated", (-3.0, 0.0)),
    Parameter("council_benefit", 6.0, NON_NEGATIVE, "logit", "weight of a council's motive-weighted benefit", "assumed", (3.0, 9.0)),
    Parameter("researcher_benefit", 4.0, NON_NEGATIVE, "logit", "weight of a researcher's motive-weighted benefit", "assumed", (2.0, 6.0)),
    Parameter("trust_weight", 7.0, NON_NEGATIVE, "logit", "weight of trust in acceptance", "calibrated to one large city (UPEN 2021); Bruneel et al. 2010 for the sign", (0.5, 10.0)),
    Parameter("pace_aversion", 0.6, NON_NEGATIVE, "logit", "dislike of answers slower than the policy window", "assumed; review for the sign", (0.0, 1.5)),
    Parameter("scale_aversion", 1.2, NON_NEGATIVE, "logit", "dislike of a global focus", "assumed; review for the sign", (0.0, 2.5)),
    Parameter("load_aversion", 2.0, NON_NEGATIVE, "logit", "dislike of more work when busy", "assumed; workload is researchers' first barrier (Walker et al. 2019)", (0.5, 4.0)),
    Parameter("outside_option", 1.0, NON_NEGATIVE, "logit", "pull of a council's other evidence sources", "assumed", (0.0, 2.0)),
    Parameter("unfamiliarity", 1.0, NON_NEGATIVE, "logit", "a researcher's unease without sector knowledge", "assumed; 42% name own lack of knowledge (UPEN 2021)", (0.0, 2.0)),
    # 2, 7 Council and researcher
    Parameter("capacity_mean", 12.0, NON_NEGATIVE, "days/month", "mean time a council of 170k people can give to partnerships", "calibrated, with the load that follows", (3.0, 20.0)),
    Parameter("culture_spread", 1.65, between(0, 10), "logit", "standard deviation over councils of their research culture", "calibrated to a third of councils with any partnership in five years (Rojek et al. 2012, SSRG 2015); 0 is equal councils", (0.0, 3.5)),
    Parameter("culture_size", 0.65, between(-5, 5), "logit", "how much higher a research culture is for each doubling of what a council has to do", "calibrated to who has ties: councils' ties rise with their people (Spearman .58 in REF 2014 impact cases), from few districts to most counties; 0 is no difference", (0.0, 1.5)),
    Parameter("scottish_culture", 2.2, between(-10, 10), "logit", "how much higher the research culture of a Scottish council is", "calibrated to councils with a tie in REF 2014 impact cases: 53% of the Scottish, 43% of England's unitary authorities; no cause was found; 0 is no difference", (0.0, 3.0)),
    Parameter("size_exponent", 1.9, between(0, 2), "-", "how needs, partnership time and money for small pieces grow with population", "calibrated to who has ties, and to one large city", (0.8, 2.0)),
    Parameter("district_functions", 0.22, between(0.01, 1), "share", "of local government's functions that a district has beside its county", "calibrated to districts' ties: planning, housing, leisure, waste; 1 is a district like any council", (0.1, 1.0)),
    Parameter("county_functions", 0.92, between(0.01, 1), "share", "of local government's functions that a county has above its districts", "assumed, with the ties of counties in sight: schools, care, roads, public health; 1 is a county like any council", (0.7, 1.0)),
    Parameter("researcher_time", 1.4, NON_NEGATIVE, "days/month", "mean time a researcher can give to engagement", "calibrated; half a day a week at most (Hillier et al. 2019)", (0.3, 2.5)),
    Parameter("available_time", 0.5, NON_NEGATIVE, "days/month", "engagement time under which a researcher is not available", "a bit over a third of academics deal with any public body (NCUB 2015)", (0.0, 1.0)),
    # 4.6 Effort
    Parameter("scoping_council", 1.0, NON_NEGATIVE, "days/month", "council time to scope", "assumed", (0.5, 2.0)),
    Parameter("scoping_researcher", 1.0, NON_NEGATIVE, "days/month", "researcher time to scope", "assumed", (0.5, 2.0)),
    Parameter("project_council", 1.2, NON_NEGATIVE, "days/month", "council time in a project", "assumed", (0.5, 3.0)),
    Parameter("project_researcher", 2.0, NON_NEGATIVE, "days/month", "researcher time in a project", "assumed", (1.0, 6.0)),
    Parameter("grant_buyout", 0.8, PROBABILITY, "share", "share of the researcher's project time that a grant pays for", "assumed", (0.3, 1.0)),
    Parameter("strategic_council", 1.0, NON_NEGATIVE, "days/month", "council time in a strategic tie", "assumed", (0.3, 2.0)),
    Parameter("strategic_researcher", 0.8, NON_NEGATIVE, "days/month", "researcher time in a strategic tie", "assumed", (0.3, 2.0)),
    Parameter("ready_share", 0.25, PROBABILITY, "share", "demand of a ready or awarded tie against a scoping one", "assumed", (0.1, 0.75)),
    Parameter("idle_share", 0.5, PROBABILITY, "share", "demand of a strategic tie without a need against one with a need", "assumed", (0.2, 1.0)),
    Parameter("role_relief", 0.5, PROBABILITY, "share", "part of the pair's nurturing that one dedicated role takes over", "assumed", (0.0, 0.8)),
    # 4.7 Scoping
    Parameter("scoping_months", 2.5, between(0.01, 10_000), "months", "fully served scoping before a tie is ready", "calibrated to introductions that become projects", (2.0, 9.0)),
    Parameter("lapse_base", 0.011, NON_NEGATIVE, "1/month", "hazard that a fully served scoping or ready tie lapses", "calibrated", (0.004, 0.04)),
    Parameter("lapse_starved", 0.08, NON_NEGATIVE, "1/month", "extra hazard when not served at all", "calibrated; review: capacity from both sides early", (0.02, 0.3)),
    Parameter("lapse_no_need", 0.08, NON_NEGATIVE, "1/month", "extra hazard once its need is gone", "assumed", (0.02, 0.3)),
    Parameter("scoping_trust", 0.06, PROBABILITY, "1/month", "growth of trust while scoping", "assumed", (0.01, 0.15)),
    Parameter("scoping_answer", 0.1, PROBABILITY, "share", "chance, of a pair that fits fully, that scoping gives the need a first answer", "assumed; 0 is none", (0.0, 0.3)),
    Parameter("scoping_value", 0.3, PROBABILITY, "-", "worth of a first answer against a finding", "assumed", (0.0, 0.6)),
    Parameter("proven_lapse", 0.05, PROBABILITY, "share", "of a pair's hazards to lapse and to give up that is left once it has delivered a finding", "calibrated to what lives on after a grant (Feinberg et al. 2008); bridges of the experienced decay more slowly (Burt 2002); 1 is no difference", (0.02, 1.0)),
    Parameter("inkind_rate", 0.005, PROBABILITY, "1/month", "scale of unfunded starts", "89% of academic partnerships would not have started without a grant (Beauhurst)", (0.0, 0.05)),
    Parameter("inkind_months", 9, whole(1, 600), "months", "length of an unfunded project", "assumed", (3, 12)),
    Parameter("inkind_served", 0.9, PROBABILITY, "share", "served share above which a ready tie may start unfunded", "assumed", (0.5, 0.99)),
    # 4.8 Funding
    Parameter("bid_days", 6.0, NON_NEGATIVE, "days", "a researcher's engagement time for one bid", "part of 34 person-days a bid (Herbert et al. 2013)", (2.0, 15.0)),
    Parameter("bid_months", 3, whole(1, 24), "months", "over which the days for a bid are spread", "assumed", (1, 6)),
    Lever("call_interval", 4, whole(1, 600), "months", "months between calls", "policy; ESRC about three rounds a year and local schemes one-off", (1, 36), label="Interval of calls"),
    Lever("decision_lag", 5, whole(1, 120), "months", "from bid to start", "ESRC: half within 5 months", (1, 9), label="Decision lag"),
    Lever("grant_months", 18, whole(1, 600), "months", "length of a grant", "policy; 6 (local acceleration fund) to 36 (LPIP)", (3, 60), label="Length of grants"),
    Parameter("grant_fixed", 10.0, NON_NEGATIVE, "£k", "fixed cost of a grant", "assumed", (0.0, 50.0)),
    Parameter("grant_monthly", 7.5, POSITIVE, "£k/month", "cost of a month of grant", "mean local acceleration fund award £91k for 6 months; IAA £15k for 12", (2.0, 20.0)),
    Lever("annual_budget", 400.0, NON_NEGATIVE, "£k/year", "money for partnership grants over all places", "policy", (0.0, 2000.0), label="Money for grants", absolute=True, pays_grants=True),
    Lever("responsive_share", 0.0, PROBABILITY, "share", "budget paid out on a rolling basis", "policy", (0.0, 1.0), label="Rolling money"),
    Lever("two_stage", 0, whole(0, 1), "0 or 1", "outline bids before full ones", "policy; ESRC study of one and two stages (Hulkes 2026)", (0, 1), label="Two-stage calls"),
    Parameter("outline_share", 0.65, PROBABILITY, "share", "part of the days for a bid that its outline takes", "calibrated to 15-20% less effort an award (Hulkes 2026)", (0.3, 0.8)),
    Parameter("outline_noise", 2.0, NON_NEGATIVE, "-", "noise in the assessment of outlines against that of bids", "assumed", (1.0, 3.0)),
    Parameter("outlines_kept", 2, whole(1, 100), "outlines", "asked for a full bid, for each grant that the money covers", "assumed; LPIP kept ten for four grants", (1, 4)),
    Parameter("full_bid_months", 3, whole(1, 24), "months", "from outline to decision on the full bid", "assumed; LPIP's first phase took five months", (1, 6)),
    Lever("lottery", 0.0, PROBABILITY, "share", "awards drawn by lot among the better half", "policy", (0.0, 1.0), label="Lottery"),
    Parameter("responsive_lag", 2, whole(1, 120), "months", "from award to start on a rolling basis", "assumed", (1, 6)),
    Parameter("rolling_interval", 6.0, AT_LEAST_ONE, "months", "in which a ready tie would bid once for rolling money always at hand", "assumed", (2.0, 12.0)),
    Lever("bridging_months", 0, whole(0, 600), "months", "protection from lapsing after a grant ends", "policy", (0, 24), label="Bridging", price="price_bridging", cost="cost_bridging"),
    Parameter("open_rate", 0.4, PROBABILITY, "1/month", "chance, of a pair that would bid to a call, of a bid to a national competition open to all", "calibrated; 0 is a world without one", (0.0, 0.8)),
    Parameter("open_cutoff", 0.88, REAL, "-", "score from which such a bid wins, as the whole field sets it", "calibrated to 12-25% of bids that succeed", (0.7, 1.2)),
    Parameter("open_spread", 0.1, NON_NEGATIVE, "-", "spread of the cut-off from month to month", "assumed", (0.0, 0.3)),
    Parameter("open_months", 36, whole(1, 600), "months", "length of such a grant", "ESRC research grants run for up to five years, LPIP for three; assumed", (18, 60)),
    Parameter("open_lag", 6, whole(1, 120), "months", "from such a bid to the start", "ESRC: half within 5 months of the bid", (4, 12)),
    Lever("commissions", 6.0, NON_NEGATIVE, "£k/year", "money of a council of 170k people for small pieces of research", "calibrated to introductions that become projects: a third of councils commission research (SSRG 2015)", (0.0, 30.0), label="Commissions", cost="cost_local"),
    Lever("seed_money", 0.011, NON_NEGATIVE, "£k/year", "money of a university for small projects, for each of its researchers", "calibrated; impact acceleration accounts, up to £250k a year for a university (some 0.27 a researcher in a large one), bound it", (0.0, 0.5), label="Seed money", cost="cost_local"),
    Parameter("purse_size", 2.0, between(1, 1000), "small projects", "what a purse of local money holds at most", "assumed: what is not spent by a year's end goes back", (1.0, 6.0)),
    Parameter("small_cost", 7.0, POSITIVE, "£k", "a small project: a commission, or one on seed money", "calibrated; IAA responsive awards: at most £15k", (4.0, 20.0)),
    Parameter("small_months", 9, whole(1, 600), "months", "length of a small project", "IAA responsive awards: at most 12 months", (4, 12)),
    Parameter("awareness", 0.8, PROBABILITY, "share", "chance that a pair hears of a call in time", "assumed", (0.2, 0.9)),
    Parameter("call_foresight", 12.0, POSITIVE, "months", "ahead at which a call's pull has fallen to 1/e", "assumed", (3.0, 36.0)),
    Parameter("plentiful_grants", 0.25, POSITIVE, "1/year", "grants a council that the budget must cover for money to look plentiful", "assumed", (0.05, 1.0)),
    Parameter("bid_base", 0.95, PROBABILITY, "share", "chance of bidding without a funding motive", "calibrated", (0.5, 1.0)),
    Lever("impact_weight", 0.25, PROBABILITY, "share", "weight of impact against excellence in selection", "REF 2021 impact weight 25%", (0.0, 1.0), label="Weight of impact"),
    Parameter("topic_alignment", 0.2, PROBABILITY, "share", "how far a call's topics follow local needs", "assumed", (0.0, 1.0)),
    Parameter("score_noise", 0.25, NON_NEGATIVE, "-", "noise in assessment", "assumed", (0.05, 0.6)),
    Parameter("taste_weight", 0.3, NON_NEGATIVE, "-", "weight of the funder's taste for topics in selection", "assumed", (0.0, 0.6)),
    Parameter("loser_drop", 0.1, PROBABILITY, "share", "losing pairs that give up", "calibrated to introductions that become projects", (0.05, 0.6)),
    # 4.9 Delivery
    Parameter("absorb_speed", 0.5, NON_NEGATIVE, "-", "speeding up by analytical and absorptive capacity", "assumed; Cohen & Levinthal 1990 for the sign", (0.0, 1.0)),
    Parameter("rapid", 0.5, POSITIVE, "-", "pace of a strategic tie against a project", "assumed", (0.3, 1.0)),
    Parameter("strategic_reach", 0.6, PROBABILITY, "-", "least fit of a strategic tie: it draws on colleagues", "assumed", (0.1, 1.0)),
    Parameter("least_fit", 0.35, PROBABILITY, "-", "fit above which a partnership takes up a need", "assumed", (0.1, 0.6)),
    Parameter("need_yields", 1.0, PROBABILITY, "share", "chance that a pair without a project leaves its need to a partnership that could answer it", "assumed; 0 is never", (0.0, 1.0)),
    Parameter("pace_median", 12.0, POSITIVE, "months", "fully served months to one usable finding", "6 to 12 months as practitioners describe it (BMC Public Health 2022)", (6.0, 24.0)),
    Parameter("window_median", 14.0, POSITIVE, "months", "months for which an answer is useful", "policy windows of weeks to months", (2.0, 24.0)),
    Parameter("window_sigma", 0.7, NON_NEGATIVE, "-", "spread of the window (log)", "assumed", (0.3, 1.0)),
    Parameter("timely_trust", 0.25, PROBABILITY, "-", "gain of trust from a timely finding", "calibrated to repeat collaboration", (0.05, 0.5)),
    Parameter("late_trust", 0.25, PROBABILITY, "-", "loss of trust from a late one", "assumed", (0.0, 0.5)),
    Parameter("late_value", 0.3, PROBABILITY, "-", "worth of a late finding", "assumed", (0.0, 0.8)),
    Parameter("median_analysts", 20.0, POSITIVE, "days/month", "analytical capacity of a council of 170k people", "assumed: about one full-time analyst", (5.0, 60.0)),
    # 4.10 Embedding and ending
    Parameter("embed_rate", 0.00015, NON_NEGATIVE, "1/month", "scale of the hazard of becoming strategic", "calibrated to 10-30% strategic: of partnerships of two people without their organisations", (0.0001, 0.02)),
    Parameter("embed_role", 0.25, between(-1, 100), "-", "effect of a dedicated role on embedding", "assumed near no effect: a randomised trial of a broker found none on average (Dobbins et al. 2009) and the English embedded scheme was inconclusive (Kneale et al. 2025)", (-0.5, 1.5)),
    Parameter("embed_structure", 1.0, between(-1, 100), "-", "effect of a strategic structure on embedding", "calibrated: nearer to no effect, what lasts no longer has twice the roles and structures that there are at birth; the sign from the review, the size from nothing else", (-0.5, 4.0)),
    Parameter("agreement_rate", 0.025, NON_NEGATIVE, "1/month", "scale of the hazard that a council and a university sign an agreement", "calibrated; 31 to over 60 civic agreements of 140 universities; 0 is none", (0.0, 0.08)),
    Parameter("agreement_work", 2.5, POSITIVE, "findings", "common work with which the hazard is in full", "calibrated", (1.0, 8.0)),
    Parameter("agreement_far", 0.02, PROBABILITY, "share", "of that hazard between a council and a university of different places", "calibrated to strategic partnerships within one region; civic agreements are of a university and its own place; 1 is no difference", (0.0, 1.0)),
    Parameter("agreement_loss", 0.003, NON_NEGATIVE, "1/month", "hazard of losing an agreement that is lived", "3-8% of sites a year in all (Feinberg et al. 2008)", (0.001, 0.008)),
    Parameter("agreement_silence", 0.03, NON_NEGATIVE, "1/month", "extra hazard without a partnership of the two", "assumed", (0.0, 0.1)),
    Parameter("agreement_handover", 0.9, PROBABILITY, "share", "partnerships handed on under an agreement", "assumed: it pools people", (0.5, 1.0)),
    Parameter("agreement_embed", 80.0, between(-1, 100), "-", "effect of an agreement on embedding", "calibrated to 10-30% strategic: it is organisations that make partnerships last", (0.0, 100.0)),
    Parameter("initial_strategic", 0.15, between(0, 20), "ties per council", "strategic ties at the very start", "calibrated under earlier rules, to a stock that stays; under these it grows for decades (LIMITS.md)", (0.0, 1.0)),
    Parameter("initial_trust", 0.5, PROBABILITY, "-", "trust in these ties", "assumed", (0.2, 0.8)),
    Parameter("follow_on_trust", 0.02, PROBABILITY, "-", "trust from which partners look for follow-on money", "calibrated to what lives on after a grant (Feinberg et al. 2008)", (0.0, 0.5)),
    Parameter("strategic_loss", 0.001, NON_NEGATIVE, "1/month", "hazard of losing a fully served strategic tie", "3-8% of sites a year in all (Feinberg et al. 2008), departures and starving included", (0.0005, 0.006)),
    Parameter("strategic_starved", 0.02, NON_NEGATIVE, "1/month", "extra hazard when not served", "calibrated to 3-8% a year that end", (0.0, 0.1)),
    Parameter("strategic_leader", 0.008, NON_NEGATIVE, "1/month", "extra hazard under weak leadership", "calibrated to 3-8% a year that end; review for the sign", (0.0, 0.03)),
    Parameter("weak_leadership", 0.4, PROBABILITY, "-", "commitment of both sides' leaders under which leadership is weak", "assumed", (0.2, 0.6)),
    Parameter("dormant_halflife", 24.0, POSITIVE, "months", "half-life of dormant trust", "assumed; bridging contacts decay fast (Burt 2002)", (6.0, 60.0)),
    Parameter("forgotten_trust", 0.05, PROBABILITY, "-", "dormant trust under which two are strangers again", "assumed", (0.01, 0.2)),
    # 4.1 Turnover
    Parameter("handover_with_role", 0.6, PROBABILITY, "share", "strategic ties handed on where a role exists", "assumed: not far from where none does", (0.2, 0.95)),
    Parameter("handover_without", 0.5, PROBABILITY, "share", "strategic ties handed on where none does", "assumed", (0.1, 0.8)),
    Parameter("handover_project", 0.7, PROBABILITY, "share", "grants, won or running, handed on when their holder leaves", "assumed: grants have co-investigators; 0 is none", (0.0, 0.9)),
    Parameter("contract_with_grant", 0.8, PROBABILITY, "share", "fixed terms that run out under a grant and go on to its end", "assumed; 0 is none", (0.0, 1.0)),
    Parameter("handover_trust", 0.6, PROBABILITY, "share", "trust kept when a tie is handed on", "assumed", (0.3, 0.9)),
    Parameter("officer_turnover", 0.012, PROBABILITY, "1/month", "council staff turnover", "13.4% a year (LGA 2019)", (0.008, 0.018)),
    Parameter("officer_loss", 0.5, PROBABILITY, "share", "trust lost with the officer", "assumed", (0.2, 0.8)),
    Parameter("officer_loss_strategic", 0.4, PROBABILITY, "share", "part of that loss which a strategic tie suffers", "assumed", (0.1, 1.0)),
    Parameter("officer_absorb", 0.97, PROBABILITY, "share", "absorptive capacity that a council keeps when a tie's officer leaves", "assumed", (0.9, 1.0)),
    Parameter("researcher_exit", 0.007, PROBABILITY, "1/month", "permanent researchers leaving", "8.4% a year (UCEA 2019)", (0.004, 0.012)),
    Parameter("renewal", 0.5, PROBABILITY, "share", "fixed-term contracts renewed", "assumed", (0.3, 0.8)),
    Parameter("permanent_share", 0.67, PROBABILITY, "share", "researchers' posts that are permanent", "30% of UK academics are on fixed terms (Universities UK 2022-23)", (0.4, 0.8)),
    Parameter("contract_months", 24, whole(1, 600), "months", "length of a fixed-term contract", "assumed", (12, 48)),
    Parameter("first_contract_months", 36, whole(1, 600), "months", "most that is left of a fixed term at the very start", "assumed", (12, 60)),
    Parameter("election_months", 48, whole(1, 600), "months", "between elections", "statute", (48, 60)),
    Parameter("leader_change", 0.25, PROBABILITY, "share", "elections that change the leadership", "assumed", (0.0, 0.6)),
    Parameter("leader_turnover", 0.018, PROBABILITY, "1/month", "chief executives leaving", "almost half under 3 years in post", (0.01, 0.03)),
    Parameter("university_leader_months", 72.0, AT_LEAST_ONE, "months", "mean tenure of a university's leadership", "assumed", (36.0, 120.0)),
    Parameter("role_share", 0.1, PROBABILITY, "share", "universities with a dedicated partnership role of their own", "calibrated; about a fifth of UPEN's 110 members, of 148 universities, have a policy institute (UPEN 2020, 2024)", (0.05, 0.5)),
    Parameter("austerity", 0.02, PROBABILITY, "1/year", "yearly loss of council capacity", "core funding and senior posts since 2010", (0.0, 0.05)),
    # 4.3 Needs and 4.9 what a finding is worth
    Parameter("need_rate", 0.47, between(0, 5), "1/month", "research-sized questions a council of 170k raises", "calibrated", (0.1, 1.0)),
    Parameter("outside_answer", 0.04, NON_NEGATIVE, "1/month", "chance that other sources answer a need", "assumed", (0.0, 0.1)),
    Parameter("transfer_chance", 0.3, PROBABILITY, "share", "chance that a finding heard of meets a new need of a council of the same size; to the power of age and unlikeness", "assumed; 1 is always", (0.05, 1.0)),
    Parameter("transfer_value", 0.4, PROBABILITY, "-", "worth of a finding from elsewhere", "assumed", (0.0, 1.0)),
    Parameter("opportunity_rate", 0.006, PROBABILITY, "1/month", "strategic opportunities per trusted strategic tie", "assumed", (0.0, 0.02)),
    Parameter("opportunity_size", 500.0, NON_NEGATIVE, "£k", "median outside money an opportunity brings", "one case of £10m in the review; assumed", (100.0, 2000.0)),
    Parameter("opportunity_sigma", 0.8, between(0, 5), "-", "spread of that money (log)", "assumed", (0.4, 1.2)),
    Parameter("learn_sector", 0.15, PROBABILITY, "-", "sector knowledge gained per finding", "assumed", (0.0, 0.4)),
    Parameter("learn_absorb", 0.05, PROBABILITY, "-", "absorptive capacity gained per timely finding", "assumed", (0.0, 0.2)),
    Parameter("structure_share", 0.25, PROBABILITY, "share", "areas with a strategic structure, where no list says which", "10 combined authorities among 38 areas of local enterprise partnerships (2021-23)", (0.0, 1.0)),
    # 5 Levers
    Lever("match_interval", 0, whole(0, 600), "months", "months between matchmaking rounds (0: none)", "policy", (0, 12), label="Matchmaking", price="price_matchmaker", cost="cost_matchmaking", recruited=True),
    Lever("match_algorithm", "best_fit", one_of("random", "best_fit", "stable", "optimal", "equitable"), "-", "how introductions are chosen", "policy", label="Matchmaking algorithm", part_of="match_interval"),
    Lever("match_scope", "all", one_of("all", "place"), "-", "whether introductions cross places", "policy", label="Reach of matchmaking", part_of="match_interval"),
    Lever("match_capacity", 12, whole(0, 100_000), "introductions", "introductions a round", "60-100 requests a broker a year (AskFuse)", (1, 200), label="Introductions", price="price_introduction", cost="cost_matchmaking", absolute=True),
    Lever("match_request", 0.0, PROBABILITY, "share", "needs of councils with time that they themselves bring to a round, and want answered", "policy; what Interface and AskFuse do; 0 is introductions that nobody asked for", (0.0, 1.0), label="Introductions on request", part_of="match_interval"),
    Lever("match_accuracy", 0.8, PROBABILITY, "share", "how well the matchmaker sees fit", "assumed", (0.0, 1.0), label="Accuracy of matchmaking", part_of="match_interval"),
    Lever("vouchers", 0.0, between(0, 10_000), "1/year", "vouchers a year for small projects of pairs that never worked together", "policy; Creative Credits gave 150 of £4k (Bakhshi et al. 2013)", (0.0, 50.0), label="Vouchers", price="price_voucher", cost="cost_vouchers", absolute=True),
    Parameter("match_qualified", 0.35, PROBABILITY, "share", "of needs that councils bring to a matchmaker which are ripe for an introduction", "85 requests a post-year (AskFuse) against some 30 qualified enquiries (Interface); 1 is all", (0.2, 1.0)),
    Parameter("match_far", 0.3, PROBABILITY, "-", "what the matchmaker counts a fit far away for, against 1 at home", "assumed", (0.0, 1.0)),
    Lever("nurture_support", 0.0, PROBABILITY, "share", "scoping demand taken over for introduced pairs", "policy", (0.0, 1.0), label="Nurture support", price="price_nurture", cost="cost_nurture"),
    Lever("engagement", 0.0, PROBABILITY, "-", "funder's engagement with local partnerships", "policy", (0.0, 1.0), label="Engagement", price="price_engagement", cost="cost_engagement"),
    Parameter("engagement_days", 0.4, NON_NEGATIVE, "days/month", "council time engagement takes at level 1, for 170k people", "assumed; review: capacity challenges", (0.1, 1.5)),
    Lever("dissemination", 0.3, between(0, 100), "councils", "other councils that hear of one finding", "assumed", (0.0, 5.0), label="Communication", price="price_communication", cost="cost_dissemination"),
    Lever("training_rate", 0.0, NON_NEGATIVE, "1/year", "researchers trained a year", "policy", (0.0, 1.0), label="Training", price="price_training", cost="cost_training"),
    Parameter("training_gain", 0.4, PROBABILITY, "share", "of what a researcher lacks in sector knowledge, learned in training", "assumed; no study found so the range includes 0", (0.0, 0.8)),
    Lever("secondments", 0.0, between(0, 10_000), "1/year", "secondments a year", "policy", (0.0, 50.0), label="Secondments", price="price_secondment", cost="cost_secondments", absolute=True),
    Parameter("secondment_months", 6, whole(1, 120), "months", "length of a secondment", "3 to 12 months (Buckley & Oliver 2024)", (3, 12)),
    Parameter("secondment_days", 8.0, between(0, 1000), "days/month", "what a researcher on secondment adds to a council's analysts", "assumed: under half of working days", (2.0, 20.0)),
    Parameter("secondment_sector", 0.5, PROBABILITY, "share", "of what a researcher lacks in sector knowledge, learned on secondment", "assumed; no study found so the range includes 0", (0.0, 0.9)),
    Parameter("secondment_absorb", 0.1, PROBABILITY, "share", "of what a council lacks in absorptive capacity, learned from a secondment", "assumed; the English embedded scheme was inconclusive (Kneale et al. 2025) so the range includes 0", (0.0, 0.3)),
    Parameter("secondment_trust", 0.5, PROBABILITY, "-", "least trust after a secondment", "assumed; Catalini 2018 for the sign", (0.0, 0.8)),
    Lever("phds", 0.0, between(0, 10_000), "1/year", "partnership PhDs started a year", "policy", (0.0, 100.0), label="PhDs", price="price_phd", cost="cost_phds", absolute=True),
    Parameter("phd_months", 42, whole(1, 96), "months", "length of a PhD", "research councils' studentships: three and a half years", (36, 48)),
    Parameter("phd_partnership", 1.0, PROBABILITY, "share", "PhDs that are a project with a named council from the first month", "collaborative studentships; 0 is a researcher with a foot in local government only", (0.0, 1.0)),
    Parameter("phd_to_council", 0.2, PROBABILITY, "share", "of these researchers, those who then go to work for the council", "assumed", (0.0, 0.5)),
    Parameter("phd_absorb", 0.2, PROBABILITY, "share", "of what a council lacks in absorptive capacity, brought by such a one", "assumed; no study found so the range includes 0", (0.0, 0.5)),
    Parameter("phd_local_focus", 0.9, PROBABILITY, "-", "local focus of a PhD researcher", "assumed", (0.5, 1.0)),
    Parameter("phd_sector", 0.6, PROBABILITY, "-", "sector knowledge of a PhD researcher to begin with", "assumed", (0.2, 0.9)),
    Parameter("phd_days", 6.0, NON_NEGATIVE, "days/month", "engagement time of a PhD researcher", "assumed", (2.0, 12.0)),
    Lever("brokers", 0.0, between(0, 10_000), "FTE", "knowledge brokers hired or trained", "policy", (0.0, 50.0), label="Brokers", price="price_broker", cost="cost_brokers", absolute=True, recruited=True),
    Lever("joint_posts", 0.0, between(0, 10_000), "FTE", "joint posts added to universities' partnership roles", "policy", (0.0, 50.0), label="Joint posts", price="price_joint_post", cost="cost_joint_posts", absolute=True, recruited=True),
    Parameter("recruitment_months", 5, whole(0, 120), "months", "until a post is filled: a broker's, a joint one, a matchmaker's", "six to eight weeks at the least from a university's decision to the interview (Swansea University's guide to recruiting), then a notice of one to three months; 0 is at once", (0, 9)),
    Parameter("joint_post_commitment", 0.5, PROBABILITY, "-", "least commitment of a university's leaders when a joint post is made", "assumed; no study found so the range includes 0", (0.0, 0.8)),
    Lever("events_per_year", 0.0, between(0, 1000), "1/year", "events that bring the two sides together", "policy", (0.0, 50.0), label="Events", price="price_event", cost="cost_events", absolute=True),
    Lever("event_size", 10, whole(1, 1000), "pairs", "random introductions at one event", "assumed", (2, 50), label="Size of events", part_of="events_per_year"),
    Lever("structures", 0.0, PROBABILITY, "share", "areas given a strategic structure", "policy", (0.0, 1.0), label="Structures", price="price_structure", cost="cost_structures"),
    Parameter("structure_leads", 1.0, PROBABILITY, "share", "of what leaders of both sides lack in commitment, made up by leading a full-strength structure together", "calibrated to what lasts; the review: long-term partnerships are embedded through structures; 0 is nothing", (0.0, 1.0)),
    Parameter("structure_strength", 0.75, PROBABILITY, "-", "strength of a strategic structure that a policy makes", "assumed", (0.25, 1.0)),
    # 5 Prices
    Parameter("price_matchmaker", 60.0, NON_NEGATIVE, "£k/year", "running a matchmaking service", "assumed: one post", (30.0, 150.0)),
    Parameter("price_introduction", 0.5, NON_NEGATIVE, "£k", "one introduction", "assumed", (0.1, 2.0)),
    Parameter("price_voucher", 12.0, NON_NEGATIVE, "£k", "one voucher", "assumed: as a small project; Creative Credits gave £4k towards £5k", (4.0, 25.0)),
    Parameter("price_nurture", 1.0, NON_NEGATIVE, "£k/month", "early-stage support of one introduced pair", "assumed", (0.3, 3.0)),
    Parameter("price_engagement", 150.0, NON_NEGATIVE, "£k/year", "the funder's engagement at level 1", "assumed: two to three posts", (50.0, 500.0)),
    Parameter("price_communication", 100.0, NON_NEGATIVE, "£k/year", "each further council that hears of a finding", "assumed", (20.0, 300.0)),
    Parameter("price_training", 0.5, NON_NEGATIVE, "£k", "training one researcher", "assumed", (0.1, 2.0)),
    Parameter("price_secondment", 60.0, NON_NEGATIVE, "£k", "six months of secondment", "policy fellowships £170-210k for 18 months", (20.0, 100.0)),
    Parameter("price_phd", 22.0, NON_NEGATIVE, "£k/year", "one PhD", "stipend and fees", (18.0, 30.0)),
    Parameter("price_broker", 60.0, NON_NEGATIVE, "£k/year", "one broker post", "assumed", (40.0, 90.0)),
    Parameter("price_joint_post", 65.0, NON_NEGATIVE, "£k/year", "one joint post", "assumed", (40.0, 100.0)),
    Parameter("price_event", 5.0, NON_NEGATIVE, "£k", "one event", "assumed", (1.0, 15.0)),
    Parameter("price_structure", 120.0, NON_NEGATIVE, "£k/year", "running a strategic structure in an area", "assumed", (50.0, 500.0)),
    Parameter("price_bridging", 5.0, NON_NEGATIVE, "£k/month", "one bridged tie", "assumed", (2.0, 10.0)),
    # 7 Draws
    Parameter("motives", "equal", one_of("equal", "review", "survey"), "-", "distribution of motive weights", "the review lists them in order; a national survey puts research first"),
)
# fmt: on

DECLARATIONS: dict[str, Parameter] = {declared.name: declared for declared in _DECLARATIONS}
PARAMETERS = {name: declared for name, declared in DECLARATIONS.items() if not declared.is_lever}
LEVERS = {name: declared for name, declared in DECLARATIONS.items() if isinstance(declared, Lever)}
#: Monthly measures that levers are charged to, in order, each once.
COSTS = tuple(dict.fromkeys(lever.cost for lever in LEVERS.values() if lever.cost))


def record_type(declared: Mapping[str, Parameter]) -> np.dtype:
    """The record that the rules read declared values from; words become their position."""
    fields = [
        (name, "i8" if each.domain.whole or each.domain.words else "f8") for name, each in declared.items()
    ]
    return np.dtype((np.record, fields))


PARAMETER_RECORD = record_type(PARAMETERS)
LEVER_RECORD = record_type(LEVERS)


def as_number(name: str, value: Value) -> float | int:
    """A declared value as its record holds it."""
    words = DECLARATIONS[name].domain.words
    return words.index(str(value)) if words else value  # type: ignore[return-value]


def checked(given: Mapping[str, object], declared: Mapping[str, Parameter], kind: str) -> dict[str, Value]:
    """The given values, checked against their declarations.

    Raises:
        BadInput: naming every unknown name and every value that is not allowed.
    """
    problems, values = [], {}
    for name, value in given.items():
        try:
            values[name] = declared[name].checked(value)
        except KeyError:
            other = DECLARATIONS.get(name)
            if other is None:
                problems.append(no_such(kind, name, declared, "model/ODD.md"))
            elif other.is_lever:
                problems.append(f"{name} is a lever: it belongs to a policy, not to the parameters.")
            else:
                problems.append(f"{name} is a parameter: it holds throughout and is no lever of a policy.")
        except BadInput as error:
            problems += error.problems
    refuse(problems)
    return values


def parameters_from(given: Mapping[str, object] | None = None) -> dict[str, Value]:
    """All parameters: the given ones, and the defaults of the rest.

    Raises:
        BadInput: as `checked`.
    """
    if not isinstance(given, Mapping | None):
        raise BadInput(
            f"parameters = {given!r} is not allowed: it takes values by name, {{'austerity': 0.05}}."
        )
    defaults = {name: declared.default for name, declared in PARAMETERS.items()}
    return defaults | checked(given or {}, PARAMETERS, "parameter")


def implausible(values: Mapping[str, Value]) -> list[str]:
    """One line for each value that is allowed but outside its plausible range."""
    return [
        f"{name} = {value} is outside its plausible range, {declared.plausible[0]:g} to {declared.plausible[1]:g}."
        for name, value in values.items()
        if (declared := DECLARATIONS[name]).plausible and not declared.is_plausible(value)
    ]
