"""What follows for a piece that is about to be published: policies, decisions, overrides."""

from dupdetect.policy.decide import decide
from dupdetect.policy.overrides import Overrides
from dupdetect.policy.policy import Policy, Rule
from dupdetect.policy.toml import parse_policy

__all__ = ["Overrides", "Policy", "Rule", "decide", "parse_policy"]
