"""What an update means. No network: updates as the fake server writes them, read by the library."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Update

from assistant.conversations.message import Inbound
from connectors.telegram.incoming import translate
from tests.fakes.telegram_world import BOT, Json, World


class Desk:
    """Collects updates instead of delivering them."""

    def __init__(self) -> None:
        self.world = World(self.push)
        self.ada = self.world.person()

    def push(self, kind: str, content: Json) -> Json:
        return {"update_id": 77, kind: content}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def read(update: Json) -> list[Inbound]:
    return translate(Update.de_json(update, None))


def test_a_text_is_a_text(desk: Desk) -> None:
    assert read(desk.ada.writes("is there hope?")) == [
        Inbound("telegram", "1001", "77", "is there hope?")
    ]


@pytest.mark.parametrize("text", ["/unknown", "/", "/ help", "//start", "/start_now", "a /start"])
def test_what_is_not_in_the_menu_is_words(desk: Desk, text: str) -> None:
    (message,) = read(desk.ada.sends({"text": text}))
    assert (message.text, message.kind) == (text, "text")


@pytest.mark.parametrize(
    ("text", "payload", "title"),
    [
        ("/start", "/start", "/start"),
        ("/start from_a_link", "/start", "/start from_a_link"),
        ("/peer", "/ask_human", "/peer"),
        ("/PEER@beside_test_bot ", "/ask_human", "/PEER@beside_test_bot"),
        ("/find", "/find_treatment", "/find"),
        ("/questions", "/show_questions", "/questions"),
        ("/stop", "/stop", "/stop"),
        ("/forget", "/forget", "/forget"),
        ("/crisis", "/crisis", "/crisis"),
    ],
)
def test_a_command_is_a_press_of_its_button(
    desk: Desk, text: str, payload: str, title: str
) -> None:
    assert read(desk.ada.writes(text)) == [
        Inbound("telegram", "1001", "77", payload, title, "button")
    ]


def test_what_follows_a_command_is_read_too(desk: Desk) -> None:
    assert read(desk.ada.writes("/find\n93650 please")) == [
        Inbound("telegram", "1001", "77", "/find_treatment", "/find", "button"),
        Inbound("telegram", "1001", "77.1", "93650 please"),
    ]


def test_a_place_keeps_its_coordinates(desk: Desk) -> None:
    (message,) = read(desk.ada.shares_place(36.7, -119.8))
    assert (message.kind, message.place, message.text) == ("location", (36.7, -119.8), "")


def test_a_venue_is_a_place(desk: Desk) -> None:
    place = {"latitude": 1.5, "longitude": 2.5}
    venue = {"location": place, "title": "Clinic", "address": "12 Main St"}
    (message,) = read(desk.ada.sends({"venue": venue, "location": place}))
    assert message.place == (1.5, 2.5)


def test_a_live_location_that_moves_is_passed_over(desk: Desk) -> None:
    sent = desk.ada.shares_place(1, 2)
    assert read({"update_id": 78, "edited_message": {**sent["message"], "edit_date": 1}}) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"video": {"width": 1, "height": 1, "duration": 1}}, "picture"),
        ({"video_note": {"length": 1, "duration": 1}}, "voice"),
        ({"audio": {"duration": 1}}, "voice"),
        ({"contact": {"phone_number": "5550100", "first_name": "B"}}, "other"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "sticker"),
    ],
)
def test_every_kind_of_message_has_a_kind(desk: Desk, content: dict[str, Any], kind: str) -> None:
    for field in content.values():
        field |= {"file_id": "f", "file_unique_id": "u"}
    (message,) = read(desk.ada.sends(content))
    assert (message.kind, message.text) == (kind, "")


def test_a_caption_is_the_text(desk: Desk) -> None:
    (message,) = read(desk.ada.says_aloud(caption="listen"))
    assert (message.kind, message.text) == ("voice", "listen")


def test_an_animation_is_a_picture_although_it_is_a_document_too(desk: Desk) -> None:
    file = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}
    (message,) = read(desk.ada.sends({"animation": file, "document": file}))
    assert message.kind == "picture"


def test_an_edit_is_an_edit(desk: Desk) -> None:
    update = desk.ada.edits(desk.ada.writes("helo"), "/start")
    assert read(update) == [Inbound("telegram", "1001", "77", "/start", kind="edit")]


@pytest.mark.parametrize(
    "content", [{"pinned_message": {}}, {"new_chat_title": "x"}, {"delete_chat_photo": True}]
)
def test_a_note_of_telegram_itself_is_passed_over(desk: Desk, content: dict[str, Any]) -> None:
    content.pop("pinned_message", None)
    assert read(desk.ada.sends(content)) == []


def test_groups_channels_and_bots_are_passed_over(desk: Desk) -> None:
    group, said = desk.world.group(), {"message_id": 1, "date": 1, "text": "/start"}
    channel = {"id": -5, "type": "channel", "title": "News"}
    for update in (
        {"update_id": 1, "message": {**said, "chat": group.json(), "from": desk.ada.user}},
        {"update_id": 2, "channel_post": {**said, "chat": channel}},
        {"update_id": 3, "message": {**said, "chat": desk.ada.chat.json(), "from": BOT}},
        {"update_id": 4},
    ):
        assert read(update) == []


def test_a_press_has_the_title_the_person_saw(desk: Desk) -> None:
    markup = {
        "inline_keyboard": [[{"text": "Yes", "callback_data": "/affirm"}],
                            [{"text": "No", "callback_data": "/deny"}]]
    }  # fmt: skip
    message = {"message_id": 5, "date": 1, "chat": desk.ada.chat.json(), "text": "?"}
    update = desk.ada.presses_data("/deny", {**message, "reply_markup": markup})
    assert read(update) == [Inbound("telegram", "1001", "77", "/deny", "No", "button")]


def test_a_press_under_a_message_too_old_to_see_still_counts(desk: Desk) -> None:
    assert read(desk.ada.presses_data("/deny")) == [
        Inbound("telegram", "1001", "77", "/deny", None, "button")
    ]


@pytest.mark.parametrize("data", ["", "deny", "/Deny now", "b:1", "b:-1:2", "/x{", "b:1:2:3"])
def test_made_up_callback_data_is_passed_over(desk: Desk, data: str) -> None:
    assert read(desk.ada.presses_data(data)) == []
