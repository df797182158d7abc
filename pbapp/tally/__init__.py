"""The count: pure, exact and able to explain itself.

Imports no framework, no database and, until a rule needs it, no NumPy.

    election = read_pabulib("town.pb")
    outcome = count(election.instance, election.profile, Greedy())
    outcome.winners, outcome.ties, outcome_as_dict(outcome)
"""

from pbapp.tally.digest import (
    canonical,
    instance_digest,
    parameters_digest,
    profile_digest,
    sha256,
)
from pbapp.tally.greedy import Turn
from pbapp.tally.greedy_rule import Cap, Greedy, OnUnaffordable, PartFund, Rank
from pbapp.tally.guards import ChoiceGuard
from pbapp.tally.leftovers import Counted, Pot, count_pots, given
from pbapp.tally.model import (
    Ballot,
    Change,
    Instance,
    Ordinal,
    Outcome,
    PartFunding,
    Profile,
    Progress,
    Project,
    ProjectResult,
    Reason,
    Tie,
    Utility,
    VoteType,
)
from pbapp.tally.pabulib import (
    Election,
    PabulibError,
    parse_pabulib,
    parse_pabulib_bytes,
    read_pabulib,
)
from pbapp.tally.pabulib_votes import Problem
from pbapp.tally.pabulib_write import election_of, write_pabulib
from pbapp.tally.report import facts_as_dict, outcome_as_dict
from pbapp.tally.rules import RULES, Rule, count, pabulib_name, rule_from_dict
from pbapp.tally.shares_rule import Completion, EqualShares, Phragmen
from pbapp.tally.ties import TieBreak, TieRule
from pbapp.tally.whole import Comparison, Spread, compare, spread

__all__ = [
    "RULES",
    "Ballot",
    "Cap",
    "Change",
    "ChoiceGuard",
    "Comparison",
    "Completion",
    "Counted",
    "Election",
    "EqualShares",
    "Greedy",
    "Instance",
    "OnUnaffordable",
    "Ordinal",
    "Outcome",
    "PabulibError",
    "PartFund",
    "PartFunding",
    "Phragmen",
    "Pot",
    "Problem",
    "Profile",
    "Progress",
    "Project",
    "ProjectResult",
    "Rank",
    "Reason",
    "Rule",
    "Spread",
    "Tie",
    "TieBreak",
    "TieRule",
    "Turn",
    "Utility",
    "VoteType",
    "canonical",
    "compare",
    "count",
    "count_pots",
    "election_of",
    "facts_as_dict",
    "given",
    "instance_digest",
    "outcome_as_dict",
    "pabulib_name",
    "parameters_digest",
    "parse_pabulib",
    "parse_pabulib_bytes",
    "profile_digest",
    "read_pabulib",
    "rule_from_dict",
    "sha256",
    "spread",
    "write_pabulib",
]
