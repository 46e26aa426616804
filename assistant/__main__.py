"""``python -m assistant`` is ``beside``."""

from assistant.cli import main

main()
