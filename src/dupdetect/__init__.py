"""dupdetect: tells publishers, before they press Publish, that a piece is already out there."""
