"""Stand-ins for outside services: they speak the real contract over a real socket."""
