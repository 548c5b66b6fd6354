"""Text as arrays: folding, tokens, shingles. Pure: same text and settings, same answer, on every interpreter."""

from dupdetect.text.normalize import fold
from dupdetect.text.shingles import Shingles, shingle, shingle_batch
from dupdetect.text.tokens import NUMBER, SIGN, WORD, Tokens, tokenize

__all__ = ["NUMBER", "SIGN", "WORD", "Shingles", "Tokens", "fold", "shingle", "shingle_batch", "tokenize"]
