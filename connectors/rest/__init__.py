"""The REST webhook: Rasa's shape, for programmes that bring their own front end."""
