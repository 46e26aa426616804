"""Rasa's tracker, for one turn, less the work Rasa repeats on it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

# What makes the events that count differ from the events there were. A form runs again and again,
# and its rounds count as one; to see that takes the whole history.
_REWRITING = {Restarted, ActionReverted, UserUtteranceReverted, ActiveLoop}


class Tracker(DialogueStateTracker):  # type: ignore[misc]
    """The state of one conversation during one turn.

    What it tells the policies is what Rasa's tracker would tell them, sooner.
    """

    def copy(self) -> Tracker:
        """A tracker that can go its own way. Rasa's own replays every event for each action."""
        twin = copy.copy(self)
        twin.events = copy.copy(self.events)
        twin.slots = {name: _twin(slot) for name, slot in self.slots.items()}
        twin.active_loop = copy.copy(self.active_loop)
        twin.__dict__.pop("_told", None)
        return twin

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """The states before each action, for the policies, which ask several times for the same.

        They may change what they get, so each gets its own.
        """
        asked = (omit_unset_slots, ignore_rule_only_turns)
        # The last message changes in place when it is decided how it counts.
        now = (len(self.events), getattr(self.latest_message, "use_text_for_featurization", None))
        told: dict[Any, Any] = self.__dict__.setdefault("_told", {})
        if told.get("at") != now:
            told.clear()
            told["at"] = now
        if asked not in told:
            told[asked] = super().past_states(
                domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data
            )
        return [{part: dict(values) for part, values in state.items()} for state in told[asked]]

    def generate_all_prior_trackers(self) -> Iterator[tuple[DialogueStateTracker, bool]]:
        """As Rasa does it, with the slots alone that count in a state."""
        slots = [slot for slot in self.slots.values() if slot.has_features()]
        past = _Past(self.sender_id, slots)
        for event in self.applied_events():
            if type(event) is ActionExecuted:
                yield past, event.hide_rule_turn
            event.apply_to(past)
        yield past, False

    def applied_events(self) -> list[Event]:
        """As Rasa does it; at once where nothing was taken back and no form repeats itself."""
        kinds = {type(event) for event in self.events}
        if kinds & _REWRITING:
            return list(super().applied_events())
        applied: list[Event] = []
        for event in self.events:
            if type(event) is SessionStarted:
                applied = []
            else:
                applied.append(event)
        return applied


def _twin(slot: Slot) -> Slot:
    twin = object.__new__(type(slot))
    twin.__dict__.update(slot.__dict__)
    return twin


class _Past(DialogueStateTracker):  # type: ignore[misc]
    """A tracker on which events are replayed, some of its slots left out."""

    def _set_slot(self, key: str, value: Any) -> None:
        slot = self.slots.get(key)
        if slot is not None:
            slot.value = value
