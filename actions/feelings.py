"""What to say to a feeling or to news: pure functions over prepared words."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions import reading, rooms, turns
from actions.names import ActionName
from assistant.replies import Reply

_LONGEST_ANSWER = 25  # words; what helped is told shortly, a longer text is a matter of its own


def hear(words: str, again: int) -> Reply:
    """The reply to a hard feeling; ``again`` counts how often one was answered lately."""
    texts = rooms.texts()
    key = ("first", "again", "still")[min(again, 2)]
    heard = texts(f"feelings.heard.{reading.recognise('feelings', words) or 'any'}")
    return texts.reply(f"feelings.{key}", heard=heard)


def hear_good_news(words: str) -> Reply:
    """The reply to good news: a time kept up, somebody else's news, a step taken, a better day.

    News that no word says is good gets a question instead: congratulating on a bad day hurts.
    """
    texts = rooms.texts()
    if not words:
        return texts.reply("feelings.good.glad")
    kind, time = reading.recognise("good_news", words), reading.milestone(words)
    if (kind is None and time is None) or reading.recognise("bad_news", words):
        return texts.reply("feelings.good.unsure")
    if time and kind != "somebody":
        return texts.reply("feelings.good.time", time=time)
    return texts.reply(f"feelings.good.{kind or 'better'}")


def kept_off(words: str) -> bool:
    """Whether a message tells of no relapse: of a time kept up, an urge that passed."""
    if reading.recognise("question", words) or reading.recognise("feelings", words):
        return False
    which = reading.recognise("returned", words)
    return which == "kept_off" or (which is None and reading.milestone(words) is not None)


def noted(words: str) -> Reply:
    """What somebody says helped them, said back as theirs."""
    return rooms.texts().reply("feelings.good.noted", words=reading.quoted(words))


def tells_what_helped(tracker: Tracker) -> bool:
    """Whether a message answers "what helped?", asked in the turn before, and nothing else."""
    words = turns.text(tracker)
    return (
        bool(words)
        and turns.ran(turns.last_turn(tracker), ActionName.HEAR_GOOD_NEWS)
        and turns.active_form(tracker) is None
        and len(words.split()) <= _LONGEST_ANSWER
        and reading.recognise("question", words) is None
        and reading.recognise("feelings", words) is None
    )
