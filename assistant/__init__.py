"""Beside: a conversational peer-support companion. One package per noun; see ARCHITECTURE.md."""
