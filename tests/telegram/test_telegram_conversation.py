"""Whole conversations on Telegram: real socket, real core, real database."""

from __future__ import annotations

from assistant.replies import Button, Reply
from tests.fakes.dialogue import FakeDialogue, _say
from tests.telegram.conftest import Line

LONG = '/ask_what_helps{"topic": "bipolar", "aspect": "what_helps", "from": "the first article"}'


async def test_it_works(line: Line) -> None:
    ada = line.api.person()
    ada.writes("/start")
    (welcome,) = await line.answers(ada, 1)
    assert "not a person" in welcome
    await line.settled(ada, "sent")


async def test_a_person_can_write_and_is_answered_in_order(line: Line) -> None:
    ada = line.api.person()
    for number in range(6):
        ada.writes(f"message {number}")
    texts = await line.answers(ada, 7)
    assert [text for text in texts if text.startswith("You wrote")] == [
        f"You wrote: message {number}" for number in range(6)
    ]


async def test_two_people_do_not_see_each_other(line: Line) -> None:
    ada, ben = line.api.person(1, "Ada"), line.api.person(2, "Ben")
    ada.writes("I am Ada")
    ben.writes("I am Ben")
    await line.answers(ada, 2)
    await line.answers(ben, 2)
    assert "You wrote: I am Ada" in ada.texts
    assert not any("Ada" in text for text in ben.texts)


async def test_a_person_can_press_a_button(line: Line, dialogue: FakeDialogue) -> None:
    ada = line.api.person()
    ada.writes("what is bipolar")
    await line.answers(ada, 2)
    ada.presses("What helps")
    await line.api.until(lambda: len(dialogue.asked) == 2)
    assert dialogue.asked[1].text == '/ask_what_helps{"topic": "bipolar"}'
    pressed = (await line.messages(ada, out=False))[-1]
    assert pressed.reply.text == "What helps", "a peer reads what the person saw"
    await line.api.until(lambda: line.api.called("answerCallbackQuery"))


async def test_a_button_with_a_long_payload_works_after_a_restart(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = line.api.person()
    dialogue.script["long"] = _say("Here.", buttons=(Button("What helps", LONG),))
    ada.writes("long")
    await line.answers(ada, 2)
    (button,) = ada.received[-1].inline
    assert len(button["callback_data"].encode()) <= 64
    await line.connector.stop()
    ada.presses("What helps")
    again = type(line.connector)(line.service, line.connector._settings)
    await again.start()
    await line.api.until(lambda: len(dialogue.asked) == 2)
    assert dialogue.asked[1].text == LONG
    await again.stop()


async def test_nobody_can_press_a_button_of_somebody_elses_conversation(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada, eve = line.api.person(1, "Ada"), line.api.person(2, "Eve")
    dialogue.script["long"] = _say("Here.", buttons=(Button("What helps", LONG),))
    ada.writes("long")
    await line.answers(ada, 2)
    eve.writes("hello")
    await line.answers(eve, 2)
    eve.presses_data(ada.received[-1].inline[0]["callback_data"])
    eve.presses_data("rm -rf /")
    eve.writes("still here")
    await line.answers(eve, 3)
    assert [asked.text for asked in dialogue.asked] == ["long", "hello", "still here"]


async def test_a_person_can_share_where_they_are(line: Line, dialogue: FakeDialogue) -> None:
    ada = line.api.person()
    dialogue.script["treatment"] = _say("Where are you?", ask_location=True)
    ada.writes("treatment")
    await line.answers(ada, 2)
    (key,) = ada.received[-1].keyboard
    assert key["request_location"] is True
    ada.shares_place(36.73781, -119.78713)
    await line.api.until(lambda: len(dialogue.asked) == 2)
    assert dialogue.asked[1].context.place == (36.74, -119.79)


async def test_a_person_gets_the_question_list_as_a_pdf(line: Line) -> None:
    ada = line.api.person()
    ada.writes("keep two questions")
    await line.api.until(lambda: any(sent.file for sent in ada.received))
    *_, text, file = ada.received
    assert text.text == "Kept."
    assert file.file is not None
    assert file.file.startswith(b"%PDF")
    assert file.message["document"]["file_name"].endswith(".pdf")


async def test_what_cannot_be_read_is_answered_kindly(line: Line) -> None:
    ada = line.api.person()
    for act, words in (
        (ada.says_aloud, "can't listen"),
        (ada.shows_picture, "can't see pictures"),
        (ada.sends_file, "can't open files"),
        (ada.sends_sticker, "can't see stickers"),
    ):
        act()
        await line.api.until(lambda: words in ada.texts[-1] if ada.texts else False)  # noqa: B023


async def test_the_words_under_a_picture_are_read(line: Line, dialogue: FakeDialogue) -> None:
    ada = line.api.person()
    ada.shows_picture(caption="these are my pills, what are they for")
    await line.api.until(lambda: dialogue.asked)
    assert dialogue.asked[0].text == "these are my pills, what are they for"


async def test_danger_under_a_picture_is_answered_first(line: Line) -> None:
    ada = line.api.person()
    ada.shows_picture(caption="i am going to kill myself tonight")
    first, *_ = await line.answers(ada, 1)
    assert "988" in first


async def test_an_album_is_answered_once(line: Line) -> None:
    ada = line.api.person()
    for _ in range(4):
        photo = ada.shows_picture()["message"]["photo"]
        line.api.updates.pending[-1]["message"] |= {"media_group_id": "7", "photo": photo}
    ada.writes("look")
    await line.api.until(lambda: "You wrote: look" in ada.texts)
    assert sum("can't see pictures" in text for text in ada.texts) == 1


async def test_an_edit_is_seen_and_not_answered_as_something_new(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = line.api.person()
    sent = ada.writes("helo")
    await line.answers(ada, 2)
    ada.edits(sent, "hello")
    texts = await line.answers(ada, 3)
    assert "changed that message" in texts[2]
    assert len(dialogue.asked) == 1


async def test_danger_in_an_edit_is_answered(line: Line) -> None:
    ada = line.api.person()
    sent = ada.writes("i am fine")
    await line.answers(ada, 2)
    ada.edits(sent, "i am going to kill myself tonight")
    await line.api.until(lambda: any("988" in text for text in ada.texts[2:]))


async def test_the_commands_of_the_menu_reach_the_dialogue(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = line.api.person()
    for command in ("/help", "/peer", "/find", "/questions", "/Help@beside_test_bot"):
        ada.writes(command)
    await line.api.until(lambda: len(dialogue.asked) == 5)
    assert [asked.text for asked in dialogue.asked] == [
        "/help",
        "/ask_human",
        "/find_treatment",
        "/show_questions",
        "/help",
    ]


async def test_the_crisis_command_works_while_the_dialogue_is_down(
    line: Line, dialogue: FakeDialogue
) -> None:
    await dialogue.stop()
    ada = line.api.person()
    ada.writes("/crisis")
    await line.api.until(lambda: any("988" in sent.text for sent in ada.received))


async def test_words_after_a_command_are_read_for_danger(line: Line) -> None:
    ada = line.api.person()
    ada.writes("/find i am going to kill myself tonight")
    await line.api.until(lambda: any("988" in text for text in ada.texts))
    kept = [entry.reply.text for entry in await line.messages(ada, out=False)]
    assert kept == ["/find", "i am going to kill myself tonight"]


async def test_a_person_can_be_forgotten(line: Line) -> None:
    ada = line.api.person()
    ada.writes("/forget")
    await line.api.until(lambda: any("erase" in text for text in ada.texts))
    ada.presses("Yes, erase it")
    await line.api.until(lambda: any("erased" in text for text in ada.texts[1:]))
    assert await line.messages(ada, out=False) == []


async def test_the_menu_lists_every_command(line: Line) -> None:
    names = [command["command"] for command in line.api.commands]
    assert names == ["start", "help", "crisis", "peer", "find", "questions", "stop", "forget"]


async def test_a_group_is_passed_over(line: Line) -> None:
    ada = line.api.person()
    group = line.api.group()
    said = {"message_id": 9, "date": 1, "chat": group.json(), "from": ada.user, "text": "/start"}
    line.api.updates.push("message", said)
    ada.writes("hello")
    await line.answers(ada, 2)
    assert [sent.chat for sent in line.api.sent] == [ada.chat.id] * 2


async def test_the_person_sees_that_an_answer_is_being_written(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = line.api.person()
    dialogue.stall = 0.5
    ada.writes("hello")
    await line.answers(ada, 2)
    assert {call["action"] for call in line.api.called("sendChatAction")} == {"typing"}


async def test_a_peers_message_carries_the_peers_name(line: Line) -> None:
    ada = line.api.person()
    ada.writes("/peer")
    await line.answers(ada, 2)
    ada.presses("Yes, share")
    await line.answers(ada, 3)
    link = await line.service.staff.add("Maria", "peer")
    await line.service.staff.redeem(link, "a long enough passphrase for Maria")
    token = await line.service.staff.sign_in("Maria", "a long enough passphrase for Maria")
    maria = await line.service.staff.who(token)
    assert maria is not None
    (waiting,) = await line.service.handoffs.queue()
    await line.service.handoffs.claim(waiting.id, maria)
    await line.service.handoffs.say(waiting.id, maria, "Hi Ada, I'm here.", "c1")
    await line.api.until(lambda: "Maria: Hi Ada, I'm here." in ada.texts)
    conversation = await line.service.transcript.conversation_of("telegram", "1001")
    line.service.hub.typing(str(conversation), "peer")
    await line.api.until(lambda: line.api.called("sendChatAction"))


async def test_what_a_peer_writes_is_shown_as_it_is(line: Line, dialogue: FakeDialogue) -> None:
    ada = line.api.person()
    words = "<b>5 < 6</b> *stars* _lines_ [a](http://b) & `code` \\"
    dialogue.script["marks"] = _say(words)
    ada.writes("marks")
    assert (await line.answers(ada, 2))[1] == words


async def test_an_empty_reply_sends_nothing_and_holds_up_nobody(
    line: Line, dialogue: FakeDialogue
) -> None:
    ada = line.api.person()
    ada.writes("first")
    await line.answers(ada, 2)
    dialogue.script["empty"] = lambda request: _say("x")(request).__class__(
        state="1", replies=(Reply(),)
    )
    ada.writes("empty")
    ada.writes("last")
    assert (await line.answers(ada, 3))[2] == "You wrote: last"
