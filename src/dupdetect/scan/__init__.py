"""Bulk work: read, fingerprint, join, verify, cluster."""

from dupdetect.scan.cluster import cluster
from dupdetect.scan.files import scan_source, work_folder
from dupdetect.scan.findings import Findings, Sighting
from dupdetect.scan.join import CandidatePairs, candidate_pairs
from dupdetect.scan.stages import Progress, scan_articles, silent

__all__ = [
    "CandidatePairs",
    "Findings",
    "Progress",
    "Sighting",
    "candidate_pairs",
    "cluster",
    "scan_articles",
    "scan_source",
    "silent",
    "work_folder",
]
