"""Turns, over the real socket, with the real pipeline and a tiny domain."""

from __future__ import annotations

import asyncio
import json

import httpx
import msgspec
import pytest

from assistant.dialogue.client import DialogueClient, DialogueFailed
from assistant.dialogue.contract import Context, RequestPeer, SaveQuestions, TurnRequest
from assistant.replies import Button, Card, Source
from tests.dialogue.conftest import Person, Process

# The first of them waits for the training.
pytestmark = pytest.mark.timeout(300)


async def test_it_works(person: Person) -> None:
    result = await person.write("hello")
    (reply,) = result.replies
    assert reply.text == "Hello."
    assert reply.buttons == (Button("Find treatment", "/find_treatment"),)
    assert result.effects == ()


async def test_a_person_can_tap_a_button(person: Person) -> None:
    assert await person.hear("/find_treatment") == ["Near where?"]
    assert await person.hear('/inform_place{"place": "Salt Lake City"}') == ["Near Salt Lake City:"]


async def test_a_form_stays_open_from_turn_to_turn(person: Person) -> None:
    assert await person.hear("where can I get treatment") == ["Near where?"]
    result = await person.write("in Fresno")
    assert result.replies[0].text == "Near Fresno:"
    assert result.replies[0].cards == (Card("A clinic", ("near Fresno",)),)


async def test_a_reply_of_the_domain_may_have_more_than_text(person: Person) -> None:
    (reply,) = (await person.write("is it possible to recover")).replies
    assert reply.sources == (Source("A source", "https://example.org/hope"),)


async def test_what_is_not_understood_is_not_guessed(person: Person) -> None:
    assert await person.hear("qwrtz plmk") == ["I did not get that."]


async def test_an_action_reads_the_context_and_has_an_effect(person: Person) -> None:
    person.context = Context(questions=("Will I always need it?",))
    result = await person.write("show my questions")
    assert result.replies[0].text == "1 questions, asked 1 times"
    assert result.effects == (SaveQuestions(("Will I always need it?", "question 1")),)


async def test_words_and_an_effect_may_come_together(person: Person) -> None:
    result = await person.write("I want to talk to a person")
    assert [reply.text for reply in result.replies] == ["I asked for a peer."]
    assert result.effects == (RequestPeer("wants a person", share_transcript=True),)


async def test_the_context_is_not_in_the_state(person: Person) -> None:
    person.context = Context(questions=("a very private question",), place=(36.77, -119.8))
    result = await person.write("hello")
    assert "private" not in result.state
    assert "119.8" not in result.state


async def test_a_slot_outlives_the_events_that_set_it(person: Person) -> None:
    for count in range(1, 21):
        assert await person.hear("show my questions") == [f"0 questions, asked {count} times"]


async def test_a_form_outlives_the_messages_in_between(person: Person) -> None:
    await person.write("where can I get treatment")
    for _ in range(12):
        assert (await person.hear("good morning"))[-1] == "Near where?"
    assert await person.hear("near Boston") == ["Near Boston:"]
    assert await person.hear("in Denver") != ["Near Denver:"]


async def test_the_state_does_not_grow_with_the_conversation(person: Person) -> None:
    sizes = [len((await person.write("show my questions")).state) for _ in range(40)]
    assert max(sizes[15:]) < 1.1 * sizes[15]


async def test_an_action_that_steps_aside_lets_the_dialogue_go_on(person: Person) -> None:
    await person.write("step aside please")
    assert await person.hear("hello") == ["Hello."]


async def test_a_turn_that_fails_says_so_and_changes_nothing(person: Person) -> None:
    await person.write("show my questions")
    before = person.state
    with pytest.raises(DialogueFailed) as failed:
        await person.write("raise an error now")
    assert failed.value.status == 500
    assert failed.value.sentence == "The action action_fall_over failed."
    assert person.state == before
    assert await person.hear("show my questions") == ["0 questions, asked 2 times"]


async def test_the_same_turn_asked_again_has_the_same_outcome(client: DialogueClient) -> None:
    person = Person(client)
    await person.write("show my questions")
    request = TurnRequest("t", "anna", "show my questions", person.state, Context())
    first, second = await client.turn(request), await client.turn(request)
    assert (first.replies, first.effects) == (second.replies, second.effects)


async def test_conversations_at_the_same_time_do_not_mix(client: DialogueClient) -> None:
    async def talk(name: str, place: str) -> None:
        person = Person(client, name)
        for count in range(1, 4):
            person.context = Context(questions=tuple(f"{name} {n}" for n in range(count)))
            assert await person.hear("take your time with this one") == [f"Waited for {name}."]
            assert await person.hear("/find_treatment") == ["Near where?"]
            assert await person.hear(f"I live in {place}") == [f"Near {place}:"]
            shown = await person.write("show my questions")
            assert shown.replies[0].text == f"{count} questions, asked {count} times"
            assert isinstance(shown.effects[0], SaveQuestions)
            assert shown.effects[0].items[0] == f"{name} 0"

    places = ["Fresno", "Boston", "Austin", "Denver", "Chicago", "Portland"]
    await asyncio.gather(*[talk(f"person {n}", places[n % len(places)]) for n in range(12)])


async def test_a_slow_action_holds_up_nobody_else(client: DialogueClient) -> None:
    slow = asyncio.create_task(Person(client, "slow").hear("answer slowly"))
    quick = await Person(client, "quick").hear("/greet")
    assert quick == ["Hello."]
    assert not slow.done()
    assert await slow == ["Waited for slow."]


@pytest.mark.parametrize(
    "state",
    [
        "",
        "nonsense",
        "[]",
        '{"v": 2, "events": []}',
        '{"v": 1, "events": [{"event": "no such event"}]}',
        '{"v": 1, "events": [{"event": "user"}]}',
        '{"v": 1, "events": [{}]}',
    ],
)
async def test_a_state_that_is_none_is_refused(person: Person, state: str) -> None:
    person.state = state
    with pytest.raises(DialogueFailed) as failed:
        await person.write("hello")
    assert failed.value.status == 422
    assert failed.value.sentence == "The state was not made by this dialogue."


async def test_a_state_of_an_older_model_is_understood(person: Person) -> None:
    events = [
        {"event": "slot", "name": "a slot that is gone", "value": 1},
        {"event": "active_loop", "name": "a form that is gone"},
        {"event": "slot", "name": "turns", "value": 4},
        {"event": "action", "name": "action_that_is_gone"},
        {"event": "action", "name": "action_listen"},
    ]
    person.state = json.dumps({"v": 1, "events": events})
    assert await person.hear("show my questions") == ["0 questions, asked 5 times"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\x00\x01",
        "🙂🙂🙂",
        "\u202etxet",
        "<b>hello</b> **there**",
        "/",
        "/no_such_intent",
        "/greet{broken",
        '/greet{"place": {"nested": ["x"]}}',
        "word " * 1500,
    ],
)
async def test_any_text_gets_an_answer(person: Person, text: str) -> None:
    assert (await person.write(text)).replies


async def test_a_text_without_end_is_refused(person: Person) -> None:
    with pytest.raises(DialogueFailed) as failed:
        await person.write("x" * 10_000)
    assert failed.value.status == 422


async def test_a_lone_surrogate_is_refused_before_it_is_sent(person: Person) -> None:
    with pytest.raises(DialogueFailed) as failed:
        await person.write("half \ud83d")
    assert failed.value.status == 422


async def test_a_body_that_is_no_request_is_refused(process: Process) -> None:
    transport = httpx.AsyncHTTPTransport(uds=str(process.socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://dialogue") as http:
        for body in (b"", b"{", b'{"turn": 1}', b"[]", b"\xff"):
            answer = await http.post("/turn", content=body)
            assert answer.status_code == 400
            assert answer.json() == {"error": "The body is not a turn request."}
        assert (await http.post("/turn", content=b"x" * 3_000_000)).status_code == 413
        assert (await http.get("/turn")).status_code == 404
        assert (await http.get("/ready")).status_code == 200


async def test_only_this_user_can_reach_the_socket(process: Process) -> None:
    assert process.socket.stat().st_mode & 0o077 == 0


async def test_no_word_of_a_person_reaches_the_log(person: Person, process: Process) -> None:
    for text in ("zebrafinch", "/zebrafinch", "/greet{zebrafinch", "/ zebrafinch", "in Zebrafinch"):
        await person.write(text)
    with pytest.raises(DialogueFailed):
        await person.write('/fall_over{"place": "zebrafinch"}')
    person.state = '{"v": 1, "events": [{"event": "zebrafinch"}]}'
    with pytest.raises(DialogueFailed):
        await person.write("zebrafinch")
    log = process.errors.read_text()
    assert "action_fall_over" in log
    assert "zebrafinch" not in log.lower()


async def test_a_result_can_be_read_by_whoever_has_the_contract(process: Process) -> None:
    """The wire is plain JSON; no part of it needs Rasa to be understood."""
    request = msgspec.json.encode(TurnRequest("t", "c", "hello"))
    transport = httpx.AsyncHTTPTransport(uds=str(process.socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://dialogue") as http:
        answer = (await http.post("/turn", content=request)).json()
    assert answer["replies"][0]["text"] == "Hello."
    assert json.loads(answer["state"])["v"] == 1
