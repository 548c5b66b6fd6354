"""How two pieces relate: evidence, an ordered table of rules, and the passages to show. Pure, and knows no index."""

from dupdetect.compare.comparator import Comparator, compare, find_repeats
from dupdetect.compare.declared import excuse, same_address
from dupdetect.compare.features import Prepared
from dupdetect.compare.rarity import StoryCounts, find_stories
from dupdetect.compare.thresholds import Thresholds

__all__ = [
    "Comparator",
    "Prepared",
    "StoryCounts",
    "Thresholds",
    "compare",
    "excuse",
    "find_repeats",
    "find_stories",
    "same_address",
]
