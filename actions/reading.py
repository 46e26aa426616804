"""Reading a message for more than its intent: what to reflect, and the words worth keeping.

Pure functions over prepared word lists (``readings.yml``). They choose among prepared sentences and
never conclude anything about a person.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from assistant.questions.question_list import tidy

FILE = Path(__file__).with_name("readings.yml")

_NUMBER = (
    r"\d{1,4}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    r"|thirty|forty|fifty|sixty|ninety"
)
_UNIT = r"(?:day|week|month|year)s?"
_TIME = re.compile(rf"\b((?:{_NUMBER})(?: (?:whole|full|and a half))?[ -]{_UNIT})\b", re.IGNORECASE)

_WHO = r"(?:my |the |our |his |her |a )?(?:\w+'?s )?"
_VISIT = r"(?:doctor|doc|dr|psychiatrist|therapist|pharmacist|counselor|nurse|provider)s?"
_POLITE = (
    r"^(?:(?:please|pls|plz|ok|okay|hey|hi|can you|could you|would you|will you|i want to|"
    r"i wanna|i'd like to|id like to|i need to|i should|i have to|let me|lets|let's|also|and|then|"
    r"dont let me forget to|don't let me forget to|on \w+day)[, ]+)*"
)
_VERB = r"(?:add|write|note|put|jot|save|keep|remember)"
_TO_LIST = r"(?:(?:to|on|in) (?:my|the) (?:question )?list|for (?:my|the) (?:appointment|visit))"
_ASKS = r"(?:about|if|whether|what|why|how|when|where|who|can|could|should|is|are|do|does|will)"
_DOWN = r"(?:down |this down |that down |this |that |these |those )?"

_BEFORE_COLON = rf"question|list|{_VERB}|down|these|this|appointment|visit|{_VISIT}"

# Each takes a message apart into the request and, in its group, the question itself.
_REQUESTS = [
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"^[^:?\"“\n]{{0,60}}\b(?:{_BEFORE_COLON})\b[^:?\n]{{0,25}}:\s*(.+)$",
        rf"{_POLITE}(?:{_VERB}|question)\b[^\"“]{{0,40}}[\"“]([^\"”]{{4,}})[\"”]",
        rf"{_POLITE}{_VERB} {_DOWN}{_TO_LIST}[ ,]+(.+)$",
        rf"{_POLITE}{_VERB} (?:down )?(.+?) {_TO_LIST}[.!]?$",
        rf"{_POLITE}(?:remind me (?:to|at \w+ \w+ to) )?ask {_WHO}{_VISIT} ({_ASKS}\b.+)$",
        rf"{_POLITE}(?:remind me|remember) to ask ({_ASKS}\b.+)$",
        rf"{_POLITE}{_VERB} (?:down )(.+)$",
        r"^my question is[: ]+(.+)$",
        rf"^(?:one|two|three|a|some)? ?questions? for {_WHO}{_VISIT}[,.] ?(.+)$",
        rf"{_POLITE}add (.+)$",
    )
]
# What is left of a request that held no question: "a question", "this one to my list".
_EMPTY = re.compile(
    r"^(?:(?:a|an|another|one|two|some|more|new|other|this|that|these|those|it|them|first|my|the|"
    r"question|questions|list|one more|to|on|for|down|here|please|pls|now|again|thing|things|"
    rf"something|appointment|visit|next|{_VISIT})\b[ .,!?]*)*$",
    re.IGNORECASE,
)


def recognise(group: str, text: str) -> str | None:
    """The first key of ``group`` whose words are in ``text``, or None."""
    return next((key for key in keys(group) if _named(group, key, text)), None)


def keys(group: str) -> tuple[str, ...]:
    """Every key ``recognise`` may answer for ``group``."""
    return tuple(_groups()[group])


def milestone(text: str) -> str | None:
    """A time something was kept up, in the person's words: "3 weeks sober" gives "3 weeks"."""
    found = _TIME.search(text)
    if found is None or re.search(r"first time|\bago\b", text, re.IGNORECASE):
        return None
    alone = len(text.split()) <= len(found.group(1).split()) + 1
    if not alone and recognise("good_news_time", text) is None:
        return None
    span = found.group(1)
    plural = not re.match(r"(?:an?|one|1)\b", span, re.IGNORECASE) and not span.endswith("s")
    return span[0].upper() + span[1:] + ("s" if plural else "")


def sharing(text: str) -> str | None:
    """What a sentence lets a peer read: "conversation", "note" or "nothing"; None when unclear.

    Consent has to be plain: a no anywhere in it is a no, a condition is unclear.
    """
    choice = recognise("sharing", text)
    if choice != "conversation":
        return choice
    doubt = recognise("doubt", text)
    return {None: "conversation", "no": "nothing"}.get(doubt)


def need(text: str) -> str | None:
    """What help is for, by FindTreatment.gov's names: "sa", "mh" or "both"; None when unsaid."""
    named = {key for key in keys("need") if _named("need", key, text)}
    if "both" in named or {"sa", "mh"} <= named:
        return "both"
    return next(iter(named), None)


def own_question(text: str) -> str | None:
    """The question inside a request to write it down, in the person's words; None without one."""
    for pattern in _REQUESTS:
        found = pattern.search(text.strip())
        if found is None:
            continue
        words = found.group(1).strip().strip('"“”')
        if not _EMPTY.match(words):
            return words
    return None


def bare_request(text: str) -> bool:
    """Whether a message only asks to write something down, without saying what."""
    asking = rf"{_POLITE}|\b(?:{_VERB}|help me|make|start|i have|ask)\b"
    rest = re.sub(asking, " ", text.lower())
    return own_question(text) is None and bool(_EMPTY.match(rest.strip()))


def quoted(text: str, most: int = 90) -> str:
    """``text`` on one line, short enough to say back; cut at a word."""
    line = tidy(text)
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0].rstrip(",.;:") + " …"


def _named(group: str, key: str, text: str) -> bool:
    return bool(_groups()[group][key].search(text.casefold().replace("\u2019", "'")))


@lru_cache(maxsize=1)
def _groups() -> dict[str, dict[str, re.Pattern[str]]]:
    data = yaml.load(FILE.read_bytes(), Loader=yaml.CSafeLoader)
    return {
        group: {str(key): re.compile(rf"(?<!\w)(?:{words})(?!\w)") for key, words in lines.items()}
        for group, lines in data.items()
    }
