"""The names the dialogue goes by: one place for each, held equal to domain.yml by a test."""

from __future__ import annotations


class Intent:
    """What a person wants. Buttons name these in their payloads."""

    GREET = "greet"
    GOODBYE = "goodbye"
    THANKS = "thanks"
    AFFIRM = "affirm"
    DENY = "deny"
    HELP = "help"
    BOT_CHALLENGE = "bot_challenge"
    ASK_HUMAN = "ask_human"
    CHOOSE_SHARING = "choose_sharing"
    ASK_HOPE = "ask_hope"
    ASK_WHAT_NOW = "ask_what_now"
    ASK_WHAT_IS = "ask_what_is"
    ASK_WHAT_HELPS = "ask_what_helps"
    ASK_MEDICATION = "ask_medication"
    ASK_DIAGNOSIS = "ask_diagnosis"
    ASK_PEER_SUPPORT = "ask_peer_support"
    ASK_FOR_FAMILY = "ask_for_family"
    ASK_TELLING_OTHERS = "ask_telling_others"
    ASK_WORK = "ask_work"
    ASK_RELAPSE = "ask_relapse"
    ASK_GROUPS = "ask_groups"
    ASK_WHAT_TO_ASK = "ask_what_to_ask"
    FIND_TREATMENT = "find_treatment"
    INFORM_PLACE = "inform_place"
    INFORM_NEED = "inform_need"
    INFORM_PAYMENT = "inform_payment"
    ADD_QUESTION = "add_question"
    SHOW_QUESTIONS = "show_questions"
    REMOVE_QUESTION = "remove_question"
    EXPORT_QUESTIONS = "export_questions"
    SHARE_GOOD_NEWS = "share_good_news"
    SHARE_HARD_FEELINGS = "share_hard_feelings"
    COMPLAIN = "complain"
    ASK_PRIVACY = "ask_privacy"
    ASK_SOURCE = "ask_source"
    ASK_EVERYDAY_NEEDS = "ask_everyday_needs"
    SKIP = "skip"
    STOP = "stop"
    REPEAT = "repeat"
    OTHER_LANGUAGE = "other_language"
    OUT_OF_SCOPE = "out_of_scope"
    SMALL_TALK = "small_talk"


NLU_FALLBACK = "nlu_fallback"
"""What Rasa calls a message that no intent is sure of; it is not in the domain."""


class Slot:
    """What the dialogue remembers between messages; all of it is in the sealed state."""

    TOPIC = "topic"
    ASPECT = "aspect"
    LAST_ARTICLE = "last_article"
    OFFER = "offer"
    PLACE = "place"
    NEED = "need"
    PAYMENT = "payment"
    QUESTION_TEXT = "question_text"
    SHARING = "sharing"
    NOTE = "note"


class Entity:
    """What a button may carry in its payload."""

    TOPIC = "topic"
    PLACE = "place"
    NEED = "need"
    PAYMENT = "payment"
    SHARING = "sharing"
    QUESTION = "question"


class Form:
    """Questions asked one at a time; each can be left at any moment."""

    TREATMENT = "treatment_form"
    QUESTION = "question_form"
    PEER = "peer_form"


class ActionName:
    """The actions of this package. Asking and validating ones are named the way Rasa looks."""

    ANSWER = "action_answer"
    SHOW_SOURCE = "action_show_source"
    BOUNDARY = "action_boundary"
    SHOW_QUESTIONS = "action_show_questions"
    REMOVE_QUESTION = "action_remove_question"
    EXPORT_QUESTIONS = "action_export_questions"
    READ_QUESTION = "action_read_question"
    KEEP_QUESTION = "action_keep_question"
    ASK_QUESTION_TEXT = "action_ask_question_form_question_text"
    VALIDATE_QUESTION = "validate_question_form"
    READ_SEARCH = "action_read_search"
    SEARCH_TREATMENT = "action_search_treatment"
    ASK_PLACE = "action_ask_treatment_form_place"
    ASK_NEED = "action_ask_treatment_form_need"
    ASK_PAYMENT = "action_ask_treatment_form_payment"
    VALIDATE_TREATMENT = "validate_treatment_form"
    OPEN_HANDOFF = "action_open_handoff"
    REQUEST_PEER = "action_request_peer"
    ASK_SHARING = "action_ask_peer_form_sharing"
    ASK_NOTE = "action_ask_peer_form_note"
    VALIDATE_PEER = "validate_peer_form"
    HEAR = "action_hear"
    HEAR_RELAPSE = "action_hear_relapse"
    HEAR_GOOD_NEWS = "action_hear_good_news"
    AFFIRM = "action_affirm"
    DECLINE = "action_decline"
    STOP = "action_stop"
    REPEAT = "action_repeat"
    COMPLAINT = "action_complaint"
    EVERYDAY_NEEDS = "action_everyday_needs"
    OTHER_LANGUAGE = "action_other_language"
    OUT_OF_SCOPE = "action_out_of_scope"
    FALLBACK = "action_fallback"


SKIPPED = "skip"
"""The value of a slot somebody chose not to fill."""

HERE = "here"
"""The place of somebody who shared a location; where that is stands in the context alone."""


def all_of(names: type) -> frozenset[str]:
    """Every name in one of the classes above."""
    return frozenset(value for key, value in vars(names).items() if not key.startswith("_"))
