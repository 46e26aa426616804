"""Telegram: updates in, replies out. The only package that imports ``telegram``.

``incoming`` and ``outgoing`` translate and know no network; ``receiver`` and ``sender`` move what
they translate; ``connector`` starts and stops both. Import ``connectors.telegram.connector`` only
when a token is set: the library behind it takes a moment to load.
"""
