"""The staff console: pages, JSON and one event stream for peers who talk with people."""
