"""Pieces that nothing is like but their own copies."""

from __future__ import annotations

import random

# fmt: off
_WORDS = [
    "ballot", "bridge", "budget", "canal", "charter", "city", "claim", "clerk", "coast", "council", "county", "court",
    "crew", "debate", "delta", "deputy", "district", "dock", "drought", "election", "engine", "farm", "ferry",
    "field", "fire", "fleet", "flood", "forest", "freight", "garden", "grain", "harbor", "hearing", "highway",
    "hotel", "jury", "kitchen", "ledger", "levee", "library", "market", "mayor", "meadow", "mill", "mine", "museum",
    "notice", "orchard", "park", "permit", "petition", "pier", "plant", "police", "pond", "poster", "quarry", "railway",
    "ranch", "record", "reporter", "river", "road", "school", "senate", "shelter", "shop", "signal", "silver",
    "statute", "steel", "storm", "street", "strike", "summit", "survey", "tavern", "tax", "teacher", "theater", "tower",
    "trade", "treaty", "tunnel", "union", "valley", "vendor", "verdict", "village", "voter", "wage", "warehouse",
    "water", "wharf", "window", "winter", "witness", "yard",
]
_VERBS = [
    "built", "closed", "crossed", "doubted", "drew", "feared", "found", "gave", "heard", "held", "kept", "lost", "made",
    "met", "moved", "named", "opened", "passed", "saw", "sold", "took",
]
# fmt: on


def piece(seed: int | str, paragraphs: int = 5) -> str:
    """Return some 200 words as HTML paragraphs, the same for the same seed."""
    chance = random.Random(f"piece {seed}")
    return "\n\n".join(f"<p>{_paragraph(chance)}</p>" for _ in range(paragraphs))


def blocks(seed: int | str, paragraphs: int = 5) -> str:
    """Return the same piece as the block editor writes it."""
    return "\n\n".join(
        f"<!-- wp:paragraph -->\n{one}\n<!-- /wp:paragraph -->" for one in piece(seed, paragraphs).split("\n\n")
    )


def _paragraph(chance: random.Random) -> str:
    sentences = []
    for _ in range(4):
        words = [chance.choice(_WORDS) for _ in range(7)]
        words.insert(2, chance.choice(_VERBS))
        sentences.append(" ".join(["the", *words]).capitalize() + ".")
    return " ".join(sentences)
