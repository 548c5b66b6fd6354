"""What people see: one static HTML file, for a whole scan or for one pair."""

from dupdetect.report.html import render_comparison, render_scan, write_scan

__all__ = ["render_comparison", "render_scan", "write_scan"]
