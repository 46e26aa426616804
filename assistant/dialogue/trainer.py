"""``python -m assistant.dialogue.trainer …``: Rasa's command line, with shorter ways in training.

The model comes out the same; `rasa train` makes it too, in about twice the time.
"""

from __future__ import annotations

from assistant.dialogue import economies


def main() -> None:
    """Run Rasa's command line with this process's arguments."""
    economies.apply_to_training()
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
