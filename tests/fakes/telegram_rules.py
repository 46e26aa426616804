"""What the Bot API refuses, with its status and its words.

From https://core.telegram.org/bots/api (limits and field rules) and from the descriptions that the
public server answers with.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_CALLBACK_DATA = 64
MOST_BUTTONS = 100
MOST_FILE = 50 * 1024 * 1024

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
UPDATES = {
    "message", "edited_message", "channel_post", "edited_channel_post", "callback_query",
    "my_chat_member", "chat_member", "inline_query", "message_reaction",
}  # fmt: skip

_TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code",
    "pre", "blockquote", "tg-emoji",
}  # fmt: skip
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MARKDOWN = re.compile(r"\\.|[_*\[\]()~`>#+\-=|{}.!]", re.DOTALL)


class Refusal(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def integer(params: dict[str, Any], name: str, default: int | None = None) -> int:
    value = params.get(name, default)
    try:
        return int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise bad(f"parameter {name!r} must be an integer") from None


def parsed(params: dict[str, Any], name: str) -> Any:
    """A parameter given as JSON, or None."""
    value = params.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None


def check_text(text: Any, parse_mode: str | None, entities: Any = None) -> str:
    """The text as it is shown; raises for an empty, too long or wrongly marked one."""
    if not isinstance(text, str):
        raise bad("message text is empty")
    shown = shown_text(text, parse_mode).strip()
    if not shown:
        raise bad("message text is empty")
    if units(shown) > MOST_TEXT:
        raise bad("message is too long")
    for entity in entities or ():
        start, length = entity.get("offset"), entity.get("length")
        if not isinstance(start, int) or not isinstance(length, int) or start < 0 or length < 1:
            raise bad("can't parse MessageEntity")
        if start + length > units(text):
            raise bad("entity ends beyond the end of the text")
    return shown


def check_caption(caption: str | None, parse_mode: str | None) -> str | None:
    if caption is None:
        return None
    shown = shown_text(caption, parse_mode)
    if units(shown) > MOST_CAPTION:
        raise bad("message caption is too long")
    return shown


def shown_text(text: str, parse_mode: str | None) -> str:
    if not parse_mode:
        return text
    if parse_mode.lower() == "html":
        return _html(text)
    if parse_mode.lower() == "markdownv2":
        return _markdown(text)
    raise bad("unsupported parse_mode")


def check_markup(markup: Any, *, private: bool) -> None:
    """Raises for a keyboard that the real server would refuse."""
    if markup is None:
        return
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"])
        if sum(len(row) for row in rows) > MOST_BUTTONS:
            raise bad("reply markup is too long")
        for row in rows:
            for button in row:
                _check_inline(button)
    elif "keyboard" in markup:
        for row in _rows(markup["keyboard"]):
            for button in row:
                asks = isinstance(button, dict) and button.get("request_location")
                if asks and not private:
                    raise bad("location can be requested in private chats only")
                if not (button if isinstance(button, str) else button.get("text")):
                    raise bad("keyboard button text must be non-empty")
    elif not ({"remove_keyboard", "force_reply"} & markup.keys()):
        raise bad("can't parse reply keyboard markup JSON object")


def check_commands(commands: Any) -> list[dict[str, str]]:
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("can't parse commands JSON object")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return commands


def check_secret(secret: str | None) -> str:
    if secret and not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    return secret or ""


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse keyboard JSON object: field must be an Array of Arrays")
    return rows


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad("can't parse inline keyboard button: Text buttons must be non-empty")
    uses = [name for name in ("url", "callback_data", "copy_text", "web_app") if name in button]
    if len(uses) != 1:
        raise bad("can't parse inline keyboard button: exactly one of optional fields is expected")
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= MOST_CALLBACK_DATA:
            raise bad("BUTTON_DATA_INVALID")
    elif "url" in button:
        url = str(button["url"])
        scheme, mark, rest = url.partition(":")
        where = f"inline keyboard button URL {url!r} is invalid"
        if not mark or scheme.lower() not in ("http", "https", "tg"):
            raise bad(f"{where}: Unsupported URL protocol")
        host = rest.removeprefix("//").split("/")[0].split(":")[0]
        if scheme.lower() != "tg" and ("." not in host or " " in url):
            raise bad(f"{where}: Wrong HTTP URL")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise bad(f'can\'t parse entities: Unmatched end tag, found "</{tag}>"')

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _html(text: str) -> str:
    if re.search(r"<(?!/?[a-zA-Z])", text):
        raise bad("can't parse entities: Unclosed start tag")
    tags = _Tags()
    tags.feed(text)
    tags.close()
    if tags.open:
        raise bad(f"can't parse entities: Can't find end tag corresponding to {tags.open[-1]}")
    return "".join(tags.text)


def _markdown(text: str) -> str:
    """Enough of MarkdownV2 to refuse what is not escaped: pairs of marks, no links."""
    counts: dict[str, int] = {}
    shown, end = [], 0
    for match in _MARKDOWN.finditer(text):
        shown.append(text[end : match.start()])
        end = match.end()
        mark = match.group()
        if mark.startswith("\\"):
            shown.append(mark[1:])
        elif mark in "_*~`|":
            counts[mark] = counts.get(mark, 0) + 1
        else:
            raise bad(f"can't parse entities: Character '{mark}' is reserved and must be escaped")
    if any(count % 2 for count in counts.values()):
        raise bad("can't parse entities: Can't find end of the entity")
    return "".join(shown) + text[end:]
