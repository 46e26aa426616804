"""What Rasa does for each message and we do once, or not at all.

Each of these leaves the outcome of a turn as it is (tests compare with Rasa's own) and touches this
process only: `rasa shell`, `rasa test` and training run Rasa as it comes. They hold for the pinned
version, Rasa 3.6.21.
"""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from jsonschema.validators import validator_for  # type: ignore[import-untyped]
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

# What finds names, places and dates; it has a token-to-vector layer of its own.
_SPACY_PARTS_USED = ("ner",)


def apply() -> None:
    """Take those that shorten a turn; once, before a model is loaded."""
    _put(SpacyNLP, "load_model", staticmethod(_load_spacy))
    _put(SpacyNLP, "_doc_for_text", _tokens_only)
    _put(LogisticRegressionClassifier, "process", _classify)
    _put(MemoizationPolicy, "predict_action_probabilities", _recall)
    _put(RulePolicy, "_get_possible_keys", _possible_rules)
    _put(RemoteAction, "_validate_action_result", _validate_action_result)
    _put(Event, "resolve_by_type", staticmethod(_event_class))


def apply_to_training() -> None:
    """Take those that shorten training; the model comes out the same."""
    _put(SpacyNLP, "load_model", staticmethod(_load_spacy))
    _put(SpacyNLP, "_process_content_bearing_samples", staticmethod(_tokens_of_samples))
    _put(LogisticRegressionClassifier, "_create_X", _dense_features)


def revert() -> None:
    """Give Rasa its own back; for comparisons."""
    for (owner, name), original in _originals.items():
        setattr(owner, name, original)
    _originals.clear()


_originals: dict[tuple[type, str], Any] = {}


def _put(owner: type, name: str, ours: Any) -> None:
    _originals.setdefault((owner, name), owner.__dict__[name])
    setattr(owner, name, ours)


def _tokens_of_samples(model: Any, samples: list[tuple[int, str]]) -> list[tuple[int, Any]]:
    """The tokens of each example; Rasa lets the whole of spaCy read them, for nobody."""
    return [(index, model.make_doc(text)) for index, text in samples]


def _dense_features(_: LogisticRegressionClassifier, messages: list[Message]) -> Any:
    """The features as they are; Rasa packs dense rows into a sparse matrix."""
    found = [message.get_dense_features(attribute=TEXT)[1] for message in messages]
    return np.concatenate([features.features for features in found])


@functools.lru_cache(maxsize=1)
def _load_spacy(name: str) -> SpacyModel:
    """One model for both of Rasa's nodes, with the one part of it that is used.

    Rasa loads it twice, and runs tagger, rules and lemmatizer over every message, twice.
    """
    import spacy

    language = spacy.load(name)
    for part in list(language.pipe_names):
        if part not in _SPACY_PARTS_USED:
            language.remove_pipe(part)
    return SpacyModel(model=language, model_name=name)


def _tokens_only(component: SpacyNLP, model: Any, text: str) -> Any:
    """The tokens for the steps that count words; entities are found by their own component."""
    return model.make_doc(component._preprocess_text(text))


def _classify(component: LogisticRegressionClassifier, messages: list[Message]) -> list[Message]:
    """The classifier's probabilities, without turning one dense row into a sparse matrix."""
    model = component.clf
    kept = component.config["ranking_length"]
    for message in messages:
        sparse, dense = (
            message.get_sparse_features(attribute=TEXT)[1],
            message.get_dense_features(attribute=TEXT)[1],
        )
        if dense is None or sparse is not None or len(model.classes_) < 3:
            _stock_classify(component, [message])
            continue
        scores = dense.features[0] @ model.coef_.T + model.intercept_
        weights = np.exp(scores - scores.max())
        probabilities = weights / weights.sum()
        order = np.argsort(-probabilities, kind="stable")
        ranking = [
            {"name": str(model.classes_[index]), "confidence": float(probabilities[index])}
            for index in (order[:kept] if kept > 0 else order)
        ]
        message.set("intent", dict(ranking[0]), add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
    return messages


_stock_classify = LogisticRegressionClassifier.process


def _recall(
    policy: MemoizationPolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    rule_only_data: dict[str, Any] | None = None,
    **_: Any,
) -> PolicyPrediction:
    """The remembered action, without a deep copy of all states for a message nobody reads."""
    states = policy._prediction_states(tracker, domain, rule_only_data=rule_only_data)
    action = policy.recall(states, tracker, domain, rule_only_data=rule_only_data)
    if action is None:
        return policy._prediction(policy._default_predictions(domain))
    return policy._prediction(policy._prediction_result(action, tracker, domain))


def _possible_rules(policy: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """The rules that fit the conversation, each asked until it does not fit.

    Rasa asks all rules about all states, also those before a rule's beginning, and turns the rule
    around each time.
    """
    history = states[::-1]
    return {key for key in _candidates(lookup, history) if _fits(policy, _backwards(key), history)}


def _fits(policy: RulePolicy, rule: tuple[State, ...], history: list[State]) -> bool:
    for wanted, found in zip(rule, history, strict=False):
        # Only where a conversation begins is there no action before.
        begins, began = PREVIOUS_ACTION not in wanted, PREVIOUS_ACTION not in found
        if begins and began:
            continue
        if begins or began or not policy._does_rule_match_state(wanted, found):
            return False
    return True


def _candidates(lookup: dict[str, str], history: list[State]) -> Iterator[str]:
    """The rules whose last state names the action and the intent of the conversation's, or none."""
    if id(lookup) not in _indexes:
        index: dict[tuple[Any, Any], list[str]] = defaultdict(list)
        for key in lookup:
            index[_names(_backwards(key)[0])].append(key)
        # The lookup is kept with its index, so that its id stays its own.
        _indexes[id(lookup)] = (lookup, index)
    action, intent = _names(history[0]) if history else (None, None)
    for wanted in {(action, intent), (action, None), (None, intent), (None, None)}:
        yield from _indexes[id(lookup)][1].get(wanted, ())


_indexes: dict[int, tuple[dict[str, str], dict[tuple[Any, Any], list[str]]]] = {}


def _names(state: State) -> tuple[Any, Any]:
    return (state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT))


@functools.lru_cache(maxsize=4096)
def _backwards(key: str) -> tuple[State, ...]:
    return tuple(reversed(json.loads(key)))


@functools.lru_cache(maxsize=1)
def _result_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def _validate_action_result(_: RemoteAction, result: Any) -> bool:
    """Check what an action returned, with a validator compiled once.

    Rasa compiles its own schema, and validates it, for each action: half of such a turn's time.
    """
    _result_validator().validate(result)
    return True


@functools.lru_cache(maxsize=256)
def _event_class(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of an event's name; Rasa walks through all subclasses each time."""
    found: type[Event] | None = _stock_event_class(type_name, default)
    return found


_stock_event_class = Event.resolve_by_type
