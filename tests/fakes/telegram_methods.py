"""What the bot can do to the world through the fake Bot API: messages, files, forum topics."""

from __future__ import annotations

from typing import Any

from tests.fakes import telegram_rules as rules
from tests.fakes.telegram_rules import Refusal, bad
from tests.fakes.telegram_world import BOT, Chat, Json, Sent, Topic, World


class Methods:
    """One function a method, named ``on_`` and the method in lower case."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.commands: list[dict[str, str]] = []

    def on_getme(self, params: Json) -> Json:
        groups = {"can_join_groups": True, "can_read_all_group_messages": False}
        return {**BOT, **groups, "supports_inline_queries": False}

    def on_sendmessage(self, params: Json) -> Json:
        chat, topic, markup = self._target(params)
        text = rules.check_text(
            params.get("text"), params.get("parse_mode"), rules.parsed(params, "entities")
        )
        return self._keep(chat, {"text": text}, markup, topic)

    def on_senddocument(self, params: Json) -> Json:
        chat, topic, markup = self._target(params)
        caption = rules.check_caption(params.get("caption"), params.get("parse_mode"))
        file = params.get("document")
        if isinstance(file, str) and file.startswith("attach://"):
            file = params.get(file.removeprefix("attach://"))
        if not isinstance(file, tuple):
            raise bad("there is no document in the request")
        name, content = file
        if not content:
            raise bad("file must be non-empty")
        if len(content) > rules.MOST_FILE:
            raise Refusal(413, "Request Entity Too Large")
        document = {**self.world.file(content, name), "file_name": name}
        shown = {"caption": caption} if caption else {}
        return self._keep(chat, {"document": document, **shown}, markup, topic, content)

    def on_editmessagetext(self, params: Json) -> Json:
        chat = self.world.chat(rules.integer(params, "chat_id"))
        message = chat.messages.get(rules.integer(params, "message_id"))
        if message is None:
            raise bad("message to edit not found")
        if message["from"]["id"] != BOT["id"]:
            raise bad("message can't be edited")
        text = rules.check_text(params.get("text"), params.get("parse_mode"))
        markup = rules.parsed(params, "reply_markup")
        rules.check_markup(markup, private=chat.type == "private")
        if text == message["text"] and markup == message.get("reply_markup"):
            raise bad("message is not modified")
        message["text"] = text
        message.pop("reply_markup", None)
        if markup:
            message["reply_markup"] = markup
        return message

    def on_sendchataction(self, params: Json) -> bool:
        self._target(params)
        if params.get("action") not in rules.ACTIONS:
            raise bad("wrong parameter action in request")
        return True

    def on_answercallbackquery(self, params: Json) -> bool:
        if params.get("callback_query_id") not in self.world.queries:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(str(params.get("text", ""))) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.world.queries.discard(str(params["callback_query_id"]))
        return True

    def on_setmycommands(self, params: Json) -> bool:
        self.commands = rules.check_commands(rules.parsed(params, "commands"))
        return True

    def on_getmycommands(self, params: Json) -> list[dict[str, str]]:
        return self.commands

    def on_getfile(self, params: Json) -> Json:
        identity = str(params.get("file_id"))
        if identity not in self.world.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        path, content = self.world.files[identity]
        size = {"file_size": len(content), "file_path": path}
        return {"file_id": identity, "file_unique_id": f"u-{identity}", **size}

    # --- forum topics --------------------------------------------------------------------------

    def on_createforumtopic(self, params: Json) -> Json:
        chat = self._forum(params)
        name = str(params.get("name", ""))
        if not 1 <= len(name) <= 128:
            raise bad("TOPIC_TITLE_EMPTY")
        topic = Topic(self.world.next_id(), name)
        chat.topics[topic.id] = topic
        return {"message_thread_id": topic.id, "name": name, "icon_color": 7322096}

    def on_closeforumtopic(self, params: Json) -> bool:
        topic = self._topic(params)
        if topic.closed:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.closed = True
        return True

    def on_reopenforumtopic(self, params: Json) -> bool:
        topic = self._topic(params)
        if not topic.closed:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.closed = False
        return True

    def on_deleteforumtopic(self, params: Json) -> bool:
        del self._forum(params).topics[self._topic(params).id]
        return True

    def _forum(self, params: Json) -> Chat:
        chat = self.world.chat(rules.integer(params, "chat_id"))
        if not chat.forum:
            raise bad("the chat is not a forum")
        return chat

    def _topic(self, params: Json) -> Topic:
        topic = self._forum(params).topics.get(rules.integer(params, "message_thread_id"))
        if topic is None:
            raise bad("TOPIC_ID_INVALID")
        return topic

    # --- shared --------------------------------------------------------------------------------

    def _target(self, params: Json) -> tuple[Chat, Topic | None, Any]:
        chat = self.world.chat(rules.integer(params, "chat_id"))
        thread = params.get("message_thread_id")
        topic = self.world.topic(chat, None if thread is None else int(thread))
        markup = rules.parsed(params, "reply_markup")
        rules.check_markup(markup, private=chat.type == "private")
        return chat, topic, markup

    def _keep(
        self, chat: Chat, content: Json, markup: Any, topic: Topic | None, file: bytes | None = None
    ) -> Json:
        message = self.world.keep(chat, content, markup, topic)
        shown = dict(message)
        if markup and "keyboard" in markup:
            shown["_keyboard"] = markup["keyboard"]
        self.world.sent.append(Sent(chat.id, shown, file))
        return message
