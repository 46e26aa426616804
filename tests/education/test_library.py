"""A card is found for the topic asked, or for the nearest wider one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from assistant.education.article import ArticleError
from assistant.education.library import FOLDER, Library

LIBRARY = Library.load()


def found(topic: str | None, aspect: str) -> str | None:
    card = LIBRARY.find(topic, aspect)
    return card.id if card else None


def test_it_works() -> None:
    assert found("bipolar", "hope") == "bipolar-hope"
    card = LIBRARY.get("bipolar-hope")
    assert card is not None
    assert card.audience == "person"


def test_a_missing_card_falls_back_to_the_wider_topic_and_says_so() -> None:
    assert found("alcohol", "family") == "addiction-family"
    assert found("stimulants", "hope") == "addiction-hope"
    assert found("alcohol", "work") == "general-work"
    assert found("schizophrenia", "work") == "general-work"
    card = LIBRARY.find("alcohol", "family")
    assert card is not None
    assert card.topic == "addiction"


def test_schizophrenia_falls_back_to_psychosis_before_general() -> None:
    cards = [card for card in LIBRARY if card.id != "schizophrenia-hope"]
    card = Library(cards).find("schizophrenia", "hope")
    assert card is not None
    assert card.id == "psychosis-hope"


def test_no_topic_or_an_unknown_one_is_answered_in_general() -> None:
    assert found(None, "hope") == "general-hope"
    assert found("gout", "hope") == "general-hope"


def test_what_nobody_wrote_is_none() -> None:
    assert found("bipolar", "poetry") is None
    assert LIBRARY.get("bipolar-poetry") is None
    assert Library([]).find("bipolar", "hope") is None


def test_topics_and_aspects_tell_what_there_is() -> None:
    topics = LIBRARY.topics()
    assert topics.index("depression") < topics.index("general")
    assert set(topics) == {card.topic for card in LIBRARY}
    assert "relapse" in LIBRARY.aspects()
    assert LIBRARY.aspects("ocd") == ("what_is", "helps", "hope", "now")
    assert LIBRARY.aspects("gout") == ()


def test_two_cards_may_not_share_an_id_or_a_place() -> None:
    card = LIBRARY.get("ocd-hope")
    assert card is not None
    with pytest.raises(ArticleError, match=r"ocd-hope\.md: id"):
        Library([card, card])
    twin = msgspec.structs.replace(card, id="ocd-courage")
    with pytest.raises(ArticleError, match=r"ocd-courage\.md: aspect: ocd-hope\.md already"):
        Library([card, twin])


def test_a_programme_may_bring_its_own_cards(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "ocd-hope.md", tmp_path)
    (tmp_path / "README.txt").write_text("notes of the programme")
    assert [card.id for card in Library.load(tmp_path)] == ["ocd-hope"]


def test_an_unknown_topic_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "ocd-hope.md").read_text("utf-8").replace("topic: ocd\n", "topic: gout\n")
    (tmp_path / "ocd-hope.md").write_text(text, "utf-8")
    with pytest.raises(ArticleError, match=r"ocd-hope\.md: topic: 'gout' is not in topics\.yml"):
        Library.load(tmp_path)
    with pytest.raises(ArticleError, match="no such folder"):
        Library.load(tmp_path / "nowhere")


def test_importing_the_room_reads_no_file_and_needs_no_dialogue_library() -> None:
    script = (
        "import builtins, io, sys\n"
        "opened = []\n"
        "real = io.open\n"
        "def spy(file, *rest, **named):\n"
        "    opened.append(str(file))\n"
        "    return real(file, *rest, **named)\n"
        "builtins.open = io.open = spy\n"
        "import assistant.education.library, assistant.education.lint\n"
        "assert not [n for n in opened if n.endswith(('.md', '.yml'))], opened\n"
        "assert not {'rasa', 'rasa_sdk', 'tensorflow', 'spacy', 'sqlalchemy'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
