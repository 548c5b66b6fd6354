"""Fingerprints: MinHash signature, containment sample and content digest of a text."""

from dupdetect.fingerprint.banding import band_keys, candidate_probability
from dupdetect.fingerprint.fingerprinter import Fingerprinter
from dupdetect.fingerprint.interop import from_datasketch, to_datasketch

__all__ = ["Fingerprinter", "band_keys", "candidate_probability", "from_datasketch", "to_datasketch"]
