"""The rules of the screen: YAML files a clinician can read, and :mod:`.loading`."""
