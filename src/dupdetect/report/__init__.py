"""What people see: one static HTML file, for a whole scan, for one pair, for one page."""

from dupdetect.report.html import render_comparison, render_extraction, render_scan, write_scan

__all__ = ["render_comparison", "render_extraction", "render_scan", "write_scan"]
