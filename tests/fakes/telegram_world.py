"""The people, chats, topics and messages behind the fake Bot API, and what people do in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_rules import Refusal, bad

Json = dict[str, Any]
BOT: Json = {"id": 4242, "is_bot": True, "first_name": "Beside", "username": "beside_test_bot"}


@dataclass
class Topic:
    """A forum topic of a supergroup."""

    id: int
    name: str
    closed: bool = False


@dataclass
class Chat:
    """A private chat or a group, with its messages by id."""

    id: int
    name: str
    type: str = "private"
    forum: bool = False
    blocked: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)

    def json(self) -> Json:
        if self.type == "private":
            return {"id": self.id, "type": "private", "first_name": self.name}
        forum = {"is_forum": True} if self.forum else {}
        return {"id": self.id, "type": self.type, "title": self.name, **forum}


@dataclass(frozen=True)
class Sent:
    """One message the bot sent, as the server keeps it; ``file`` are a document's bytes."""

    chat: int
    message: Json
    file: bytes | None = None

    @property
    def text(self) -> str:
        return str(self.message.get("text", self.message.get("caption", "")))

    @property
    def inline(self) -> list[Json]:
        """All buttons of the inline keyboard, row by row."""
        rows = self.message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    @property
    def keyboard(self) -> list[Json]:
        """All buttons of the reply keyboard that came with it."""
        return [button for row in self.message.get("_keyboard", []) for button in row]


class World:
    """Everything the server knows. ``push`` queues an update for the bot."""

    def __init__(self, push: Callable[[str, Json], Json]) -> None:
        self._push = push
        self._ids = 0
        self.chats: dict[int, Chat] = {}
        self.sent: list[Sent] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.queries: set[str] = set()

    def person(self, chat_id: int = 1001, name: str = "Ada") -> Person:
        """A person who opened a private chat with the bot."""
        chat = self.chats.setdefault(chat_id, Chat(chat_id, name))
        return Person(self, chat, self._push)

    def group(self, chat_id: int = -1001, name: str = "Team", *, forum: bool = False) -> Chat:
        chat = Chat(chat_id, name, type="supergroup", forum=forum)
        self.chats[chat_id] = chat
        return chat

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def chat(self, chat_id: int) -> Chat:
        """The chat a method was called for, or the refusal the real server answers with."""
        found = self.chats.get(chat_id)
        if found is None:
            raise bad("chat not found")
        if found.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return found

    def topic(self, chat: Chat, thread: int | None) -> Topic | None:
        if thread is None:
            return None
        topic = chat.topics.get(thread)
        if topic is None:
            raise bad("message thread not found")
        if topic.closed:
            raise bad("TOPIC_CLOSED")
        return topic

    def keep(self, chat: Chat, content: Json, markup: Any, topic: Topic | None) -> Json:
        """Store a message of the bot and return it as the server would answer it."""
        message: Json = {"message_id": self.next_id(), "date": int(time.time()), "from": BOT}
        message |= {"chat": chat.json(), **content}
        if topic is not None:
            message |= {"message_thread_id": topic.id, "is_topic_message": True}
        if markup and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        chat.messages[message["message_id"]] = message
        return message

    def file(self, content: bytes, name: str) -> Json:
        """Keep a file; returns its ``file_id`` and the rest, as in a document or a voice note."""
        identity = f"file-{len(self.files) + 1}"
        self.files[identity] = (f"documents/{identity}-{name}", content)
        return {
            "file_id": identity,
            "file_unique_id": f"u-{identity}",
            "file_size": len(content),
        }


class Person:
    """Somebody with a Telegram client. Each act queues an update and returns it."""

    def __init__(self, world: World, chat: Chat, push: Callable[[str, Json], Json]) -> None:
        self._world = world
        self._push = push
        self.chat = chat
        self.user = {"id": abs(chat.id), "is_bot": False, "first_name": chat.name}

    @property
    def received(self) -> list[Sent]:
        """What the bot sent here, in order."""
        return [sent for sent in self._world.sent if sent.chat == self.chat.id]

    @property
    def texts(self) -> list[str]:
        return [sent.text for sent in self.received]

    def writes(self, text: str) -> Json:
        """A text; one that begins with a slash is marked as a command, as clients do."""
        message: Json = {"text": text}
        if text.startswith("/"):
            length = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return self.sends(message)

    def sends(self, content: Json) -> Json:
        """Any message, given as the fields the server would fill."""
        return self._push("message", self._message(content))

    def edits(self, update: Json, text: str) -> Json:
        message = {**update["message"], "text": text, "edit_date": int(time.time())}
        return self._push("edited_message", message)

    def shares_place(self, latitude: float, longitude: float) -> Json:
        return self.sends({"location": {"latitude": latitude, "longitude": longitude}})

    def says_aloud(self, caption: str | None = None) -> Json:
        """A voice message."""
        voice = {**self._world.file(b"OggS", "voice.ogg"), "duration": 3}
        return self.sends({"voice": voice, **({"caption": caption} if caption else {})})

    def shows_picture(self, caption: str | None = None) -> Json:
        photo = [{**self._world.file(b"\xff\xd8", "photo.jpg"), "width": 90, "height": 90}]
        return self.sends({"photo": photo, **({"caption": caption} if caption else {})})

    def sends_file(self, content: bytes = b"%PDF", name: str = "letter.pdf") -> Json:
        return self.sends({"document": {**self._world.file(content, name), "file_name": name}})

    def sends_sticker(self) -> Json:
        file = self._world.file(b"RIFF", "sticker.webp")
        kind = {"type": "regular", "width": 512, "height": 512}
        return self.sends(
            {"sticker": {**file, **kind, "is_animated": False, "is_video": False, "emoji": "🙂"}}
        )

    def presses(self, title: str) -> Json:
        """Press the newest inline button of that title."""
        for sent in reversed(self.received):
            for button in sent.inline:
                if button["text"] == title and "callback_data" in button:
                    return self.presses_data(button["callback_data"], sent.message)
        raise AssertionError(f"no button {title!r} was sent to this person")

    def presses_data(self, data: str, message: Json | None = None) -> Json:
        """A callback with any data, as a changed client can send it."""
        query: Json = {
            "id": f"query-{self._world.next_id()}",
            "from": self.user,
            "chat_instance": "1",
            "data": data,
        }
        if message is None:
            # Too old for the server to show: the bot gets a message without its content.
            message = {"message_id": 1, "date": 0, "chat": self.chat.json()}
        self._world.queries.add(query["id"])
        return self._push("callback_query", {**query, "message": message})

    def blocks(self) -> None:
        self.chat.blocked = True

    def unblocks(self) -> None:
        self.chat.blocked = False

    def _message(self, content: Json) -> Json:
        message = {
            "message_id": self._world.next_id(),
            "date": int(time.time()),
            "chat": self.chat.json(),
            "from": self.user,
            **content,
        }
        self.chat.messages[message["message_id"]] = message
        return message
