"""The custom actions, run inside this process instead of on an action server.

Rasa calls actions through an ``EndpointConfig``; this one hands the call to rasa_sdk's executor,
which the action server would do at the other end of the wire.
"""

from __future__ import annotations

import importlib
import json
import threading
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection


class ActionFailed(RuntimeError):
    """A custom action raised, or does not exist. ``__cause__`` is what happened in it."""

    def __init__(self, action: str) -> None:
        super().__init__(f"The action {action} failed.")
        self.action = action


class Deeds(EndpointConfig):  # type: ignore[misc]
    """The actions of one package (and its modules), called by name."""

    def __init__(self, package: str) -> None:
        # Rasa would write the whole domain out for every call; the call gets one made once.
        super().__init__("in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)
        self._package = importlib.import_module(package)
        self._domain: dict[str, Any] = {}

    @property
    def names(self) -> frozenset[str]:
        """The names of the actions there are."""
        return frozenset(self._executor.actions)

    def describe(self, domain: Domain) -> None:
        """Write down the domain that actions are shown; they only read it."""
        self._domain = domain.as_dict()

    def warm(self) -> None:
        """Let the package open what its first action would, if it has a function ``warm``."""
        prepare = getattr(self._package, "warm", None)
        if prepare is not None:
            threading.Thread(target=prepare, name="warm", daemon=True).start()

    async def request(self, method: str = "post", **kwargs: Any) -> Any:
        """Run the action that Rasa asks for.

        Raises ``ClientResponseError`` 400 when the action declines, as an action server would, and
        :class:`ActionFailed` for everything else.
        """
        call = kwargs["json"]
        name = call["next_action"]
        try:
            return await self._executor.run({**call, "domain": self._domain})
        except ActionExecutionRejection as rejection:
            text = json.dumps({"error": rejection.message, "action_name": rejection.action_name})
            raise ClientResponseError(400, "rejected", text) from None
        except Exception as error:
            raise ActionFailed(name) from error
