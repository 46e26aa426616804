"""What every education card must keep to, checked by rule.

Run over the cards that come with Beside by the tests; a programme may run it over its own. The
rules catch what a tired editor lets through. They do not tell whether a card is true or kind: that
takes a reader.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from assistant.education import topics
from assistant.education.article import ASPECT_OF_INTENT, Article, payload
from assistant.education.library import Library
from assistant.education.reading import grade, words

MOST_WORDS = 120
HIGHEST_GRADE = 8.0
PERSON = "ask_human"

HOSTS = frozenset(
    {
        "cdc.gov",
        "eeoc.gov",
        "medlineplus.gov",
        "nhs.uk",
        "niaaa.nih.gov",
        "nida.nih.gov",
        "nimh.nih.gov",
        "samhsa.gov",
    }
)
"""Public health bodies whose pages may be cited, without ``www.``."""

INTENTS = frozenset({*ASPECT_OF_INTENT, PERSON, "add_question", "find_treatment", "show_questions"})
"""Intents a card's button may have; each is one the dialogue answers to."""

_LANGUAGE = (
    (
        r"addicts?|junk(?:ie|y)s?|druggies?|drunks?|alcoholics?",
        "say who the person is, not a label",
    ),
    (r"schizophrenics?|bipolars|psychotics?|depressives?|borderlines", "say: lives with …"),
    (r"mentally ill|the insane|crazy|lunatics?|psychos?", "say: people with a … condition"),
    (r"clean|dirty", "say: in recovery, tested positive, using"),
    (r"abus(?:e|es|ed|er|ers|ing)", "say: use"),
    (r"suffer(?:s|ed|ing|ers?)?|victims?|afflicted", "say: has, lives with"),
    (r"commit(?:s|ted|ting)? suicide|(?:failed|successful) attempt", "say: died by suicide"),
    (
        r"non-?complian(?:t|ce)|manipulative|(?:high|low)-functioning|attention-seeking",
        "describe it",
    ),
    (r"why did(?:n't)? you", "ask without blame"),
    (r"(?:i|we) (?:understand|know) how you feel|proud of you|as someone who", "software cannot"),
    (r"i've been there|when i was|in my own recovery", "software has no lived experience"),
    (
        r"(?:you|it)(?:'ll| will| are going to| is going to) be (?:fine|ok|okay|all right)",
        "no promise",
    ),
    (r"just (?:relax|stop|think positive|snap)|cheer up|stay strong", "no empty comfort"),
)
_CURE = (
    r"cure[sd]?|curing|guarantee[sd]?|(?:always|never) (?:works|fails)|miracle|100 ?(?:%|percent)",
    r"(?:you|it) will (?:get better|recover|go away|pass|heal)|i promise",
)
_NUMBER = r"(?:\d+(?:[.,/]\d+)?|half|one|two|three|four|five|six|ten|twenty|fifty|hundred)"
_UNIT = (
    r"(?:mg|mcg|µg|ug|ml|cc|grams?|milligrams?|micrograms?|units?|tablets?|pills?|capsules?|drops?"
    r"|puffs?|doses?|patch(?:es)?|films?|strips?)"
)
_DOSE = (
    rf"{_NUMBER}(?: an?| more| extra)?[ -]?{_UNIT}\b",
    r"\bdos(?:e|es|age|ages|ing)\b",
    r"\b(?:once|twice|three times) (?:a|per) day\b|\bevery \w+ hours\b",
)
_PHONE = r"\+?\d(?:[\s().-]*\d){6,}|\b(?:[29]11|988|\d{6})\b|\btext \w+ to \d"
_MARKUP = r"[*_`#<>{}\[\]|]|https?:|www\."
_LOUD = r"!|[\u2600-\u27bf\U0001f000-\U0001faff]"


def problems(article: Article, library: Library) -> list[str]:
    """Everything wrong with a card, one sentence each; empty when it may be shown."""
    return [
        f"{article.id}: {problem}"
        for check in (_form, _text, _sources, _steps)
        for problem in check(article, library)
    ]


def _form(article: Article, library: Library) -> list[str]:
    found = []
    count, level = len(words(article.body)), grade(article.body)
    if count > MOST_WORDS:
        found.append(f"body has {count} words, at most {MOST_WORDS}")
    if level > HIGHEST_GRADE:
        found.append(f"body reads at grade {level:.1f}, at most {HIGHEST_GRADE:.0f}")
    if abs(level - article.grade) > 0.1:
        found.append(f"grade says {article.grade}, the body reads at {level:.1f}")
    if article.topic not in topics.slugs():
        found.append(f"topic {article.topic!r} is not in topics.yml")
    if not 5 <= len(article.phrasings) <= 10:
        found.append(f"has {len(article.phrasings)} phrasings, 5 to 10 are wanted")
    return found


def _text(article: Article, library: Library) -> list[str]:
    shown = "\n".join((article.title, article.body, *(step.title for step in article.next)))
    plain = shown.replace("\u2019", "'")
    rules = [
        *((rf"\b(?:{pattern})\b", why) for pattern, why in _LANGUAGE),
        *((rf"\b(?:{pattern})", "claims a cure or a promise") for pattern in _CURE),
        *((pattern, "speaks of a dose") for pattern in _DOSE),
        (_PHONE, "holds a phone number; those live in the crisis directory alone"),
        (_MARKUP, "holds markup or a link; a card is plain text"),
        (_LOUD, "holds an exclamation mark or an emoji"),
    ]
    return [
        f"{hit.group()!r}: {why}"
        for pattern, why in rules
        for hit in re.finditer(pattern, plain, re.IGNORECASE)
    ]


def _sources(article: Article, library: Library) -> list[str]:
    found = [] if article.sources else ["has no source"]
    for source in article.sources:
        address = urlsplit(source.url)
        if address.scheme != "https" or not address.path.strip("/"):
            found.append(f"source {source.url!r} is not the https address of a page")
        if (address.hostname or "").removeprefix("www.") not in HOSTS:
            found.append(f"source {source.url!r} is not at a public health body we cite")
        if not source.name.strip() or not source.date:
            found.append(f"source {source.url!r} has no name or no date")
    return found


def _steps(article: Article, library: Library) -> list[str]:
    found = []
    if len(article.next) not in (2, 3):
        found.append(f"has {len(article.next)} next steps, 2 or 3 are wanted")
    if [step.payload for step in article.next].count(f"/{PERSON}") != 1:
        found.append(f"exactly one next step must be a person: /{PERSON}")
    for step in article.next:
        try:
            intent, slots = payload(step.payload)
        except ValueError as error:
            found.append(str(error))
            continue
        if intent not in INTENTS:
            found.append(f"{step.payload}: no such intent")
        if set(slots) - {"topic"} or slots.get("topic", topics.GENERAL) not in topics.slugs():
            found.append(f"{step.payload}: only a topic of topics.yml may be given")
        elif intent in ASPECT_OF_INTENT:
            target = library.find(slots.get("topic"), ASPECT_OF_INTENT[intent])
            if target is None:
                found.append(f"{step.payload}: no card answers it")
            elif target.id == article.id:
                found.append(f"{step.payload}: leads back to this card")
    return found
