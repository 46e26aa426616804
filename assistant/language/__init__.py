"""Understanding that needs no Rasa: the sentence encoder, for dialogue and gateway alike."""
