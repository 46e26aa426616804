"""The question list as a sheet of paper: one page for the pocket where it fits, room to write.

Nothing on it, or in its properties, says where it was made or what anybody has: it may lie on a
kitchen table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.questions.words import texts

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN = 18.0  # millimetres, like every length here
_RULE = 8.5
_GAP = 4.0
_NUMBER = 9.0
_SYSTEM_FONTS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/TTF")


@dataclass(frozen=True)
class _Layout:
    """Letter size in points and answer lines under each question."""

    size: float
    lines: int


_LAYOUTS = (_Layout(13, 4), _Layout(13, 3), _Layout(12, 2), _Layout(12, 1), _Layout(10.5, 1))
_SEVERAL_PAGES = _Layout(12, 2)


def pdf(
    items: Sequence[str],
    title: str | None = None,
    made_on: date | None = None,
    language: str = "en-US",
) -> bytes:
    """The sheet as PDF bytes (US letter): title, date, each question with lines for the answer.

    The title is a tagged heading with an outline entry; ``language`` (BCP 47) is the document's.
    Letters the font lacks print as a box, and a line at the end says so: see :func:`missing`.
    """
    from fpdf import TextStyle, ViewerPreferences

    heading = title or texts()("sheet.title")
    page, font = _page(language, made_on)
    page.set_title(font.printable(heading))
    page.set_section_title_styles(TextStyle(font.family, "B", 18))
    page.viewer_preferences = ViewerPreferences(display_doc_title=True)
    page.add_page()
    page.set_font(font.family, "B", 18)
    page.start_section(font.printable(heading))
    page.ln(2)
    if made_on is not None:
        page.set_font(font.family, "", 10)
        shown = f"{made_on.day} {made_on:%B %Y}"
        page.cell(0, 7, texts()("sheet.made_on", date=shown), new_x="LMARGIN", new_y="NEXT")
    page.ln(_GAP)
    lacking = font.lacks("".join(items) + heading)
    layout = _layout(page, font, items, _RULE if lacking else 0.0)
    for number, item in enumerate(items, 1):
        _question(page, font, layout, number, item)
    if lacking:
        page.set_font(font.family, "", 9)
        page.multi_cell(0, 5, texts()("sheet.missing", mark=font.box), new_x="LMARGIN")
    return bytes(page.output())


def missing(items: Sequence[str]) -> str:
    """The letters of ``items`` that the sheet can only show as a box, each once."""
    _, font = _page("en-US", None)
    return "".join(sorted(font.lacks("".join(items))))


@dataclass(frozen=True)
class _Font:
    family: str
    letters: frozenset[int]
    box: str

    def lacks(self, text: str) -> set[str]:
        return {char for char in text if not _invisible(char) and ord(char) not in self.letters}

    def printable(self, text: str) -> str:
        """``text`` with a box for every letter the font lacks and without invisible marks."""
        return "".join(
            char if ord(char) in self.letters else self.box
            for char in unicodedata.normalize("NFC", text)
            if not _invisible(char)
        )

    def visual(self, line: str) -> str:
        """One printable line in the order it is drawn: right-to-left scripts are turned round."""
        text = self.printable(line)
        if not any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
            return text
        from fpdf.bidi import BidiParagraph, auto_detect_base_direction

        paragraph = BidiParagraph(text=text, base_direction=auto_detect_base_direction(text))
        return str(paragraph.get_reordered_string())


def _page(language: str, made_on: date | None) -> tuple[FPDF, _Font]:
    from fpdf import FPDF  # Importing it takes a second; only who prints waits for it.

    page = FPDF(unit="mm", format="letter")
    page.set_margins(_MARGIN, _MARGIN, _MARGIN)
    page.set_auto_page_break(True, margin=_MARGIN)
    page.set_lang(language)
    page.set_creation_date(
        datetime(made_on.year, made_on.month, made_on.day, tzinfo=timezone.utc)
        if made_on
        else datetime(2000, 1, 1, tzinfo=timezone.utc)
    )
    return page, _font(page)


def _font(page: Any) -> _Font:
    """DejaVu Sans from an installed package or the system, else the PDF's own Latin letters."""
    for folder in _font_folders():
        plain, bold = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
        if plain.is_file() and bold.is_file():
            page.add_font("sheet", "", plain)
            page.add_font("sheet", "B", bold)
            common = set(page.fonts["sheet"].cmap) & set(page.fonts["sheetB"].cmap)
            return _Font("sheet", frozenset(common), "\N{WHITE SQUARE}")
    latin = [code for code in range(32, 256) if not 127 <= code < 160]
    return _Font("helvetica", frozenset(latin), "?")


def _font_folders() -> list[Path]:
    spec = find_spec("matplotlib")
    homes = (spec.submodule_search_locations or ()) if spec else ()
    packaged = [Path(home) / "mpl-data" / "fonts" / "ttf" for home in homes]
    return packaged + [Path(folder) for folder in _SYSTEM_FONTS]


def _layout(page: Any, font: _Font, items: Sequence[str], reserved: float) -> _Layout:
    """The roomiest layout that keeps everything on one page, else the one for several."""
    room = page.h - page.get_y() - _MARGIN - reserved
    for layout in _LAYOUTS:
        if sum(_height(page, font, layout, item) for item in items) <= room:
            return layout
    return _SEVERAL_PAGES


def _height(page: Any, font: _Font, layout: _Layout, item: str) -> float:
    lines = len(_wrapped(page, font, layout, item))
    return lines * _line_height(layout) + layout.lines * _RULE + _GAP


def _wrapped(page: Any, font: _Font, layout: _Layout, item: str) -> list[str]:
    page.set_font(font.family, "", layout.size)
    lines: list[str] = page.multi_cell(
        page.epw - _NUMBER, text=font.printable(item), dry_run=True, output="LINES", align="L"
    )
    return lines


def _line_height(layout: _Layout) -> float:
    return layout.size * 0.5


def _question(page: Any, font: _Font, layout: _Layout, number: int, item: str) -> None:
    lines = _wrapped(page, font, layout, item)
    if page.get_y() + _height(page, font, layout, item) - _GAP > page.h - _MARGIN:
        page.add_page()
    page.set_font(font.family, "B", layout.size)
    page.cell(_NUMBER, _line_height(layout), f"{number}.")
    page.set_font(font.family, "", layout.size)
    for line in lines:
        page.set_x(_MARGIN + _NUMBER)
        page.cell(0, _line_height(layout), font.visual(line), new_x="LMARGIN", new_y="NEXT")
    page.set_draw_color(150, 150, 150)
    for _ in range(layout.lines):
        page.set_y(page.get_y() + _RULE)
        page.line(_MARGIN + _NUMBER, page.get_y(), page.w - _MARGIN, page.get_y())
    page.set_y(page.get_y() + _GAP)


def _invisible(char: str) -> bool:
    """Joiners, direction marks and variation selectors: they print nothing by themselves."""
    return unicodedata.category(char) in ("Cf", "Cc") or "\ufe00" <= char <= "\ufe0f"
