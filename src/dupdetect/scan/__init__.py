"""Bulk work: fingerprint, join, verify, cluster."""

from dupdetect.scan.cluster import cluster
from dupdetect.scan.join import CandidatePairs, candidate_pairs
from dupdetect.scan.stages import Progress, scan_articles

__all__ = ["CandidatePairs", "Progress", "candidate_pairs", "cluster", "scan_articles"]
