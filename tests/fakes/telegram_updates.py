"""How the fake Bot API hands updates to the bot: getUpdates with long poll, or a webhook."""

from __future__ import annotations

import asyncio
import contextlib

import httpx

from tests.fakes import telegram_rules as rules
from tests.fakes.telegram_rules import Refusal, bad
from tests.fakes.telegram_world import Json

_USUAL = rules.UPDATES - {"chat_member", "message_reaction"}


class Updates:
    """The queue of updates that the bot has not confirmed, and both ways out of it."""

    def __init__(self) -> None:
        self.pending: list[Json] = []
        self.webhook: Json = {"url": ""}
        self.webhook_answers: list[int] = []
        self.webhook_pause = 0.05
        self._allowed = set(_USUAL)
        self._last_id = 500
        self._repeats: list[Json] = []
        self._news = asyncio.Condition()
        self._poll = 0
        self._deliverer: asyncio.Task[None] | None = None
        self._wakers: set[asyncio.Task[None]] = set()

    def push(self, kind: str, content: Json) -> Json:
        """Queue an update for the bot; one of a kind it did not ask for is dropped."""
        self._last_id += 1
        update = {"update_id": self._last_id, kind: content}
        if kind in self._allowed:
            self.pending.append(update)
            self._wake()
        return update

    def repeat(self, update: Json) -> None:
        """Hand out an update once more, confirmed or not."""
        if self.webhook["url"]:
            self.pending.insert(0, update)
        else:
            self._repeats.append(update)
        self._wake()

    async def deliver(self, update: Json, url: str, secret: str | None) -> int:
        """Post one update to a webhook as Telegram would; returns the status."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.post(url, json=update, headers=headers)
        return answer.status_code

    async def stop(self) -> None:
        """Stop delivering to the webhook."""
        if self._deliverer is not None:
            self._deliverer.cancel()
            await asyncio.gather(self._deliverer, return_exceptions=True)
            self._deliverer = None

    async def on_getupdates(self, params: Json) -> list[Json]:
        if self.webhook["url"]:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active;"
                " use deleteWebhook to delete the webhook first",
            )
        self._allow(params)
        offset = rules.integer(params, "offset", 0)
        limit = min(max(rules.integer(params, "limit", 100), 1), 100)
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [one for one in self.pending if one["update_id"] >= offset]
        self._poll += 1
        mine = self._poll
        async with self._news:
            self._news.notify_all()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(
                    self._news.wait_for(
                        lambda: self.pending or self._repeats or self._poll != mine
                    ),
                    rules.integer(params, "timeout", 0),
                )
        if self._poll != mine:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request;"
                " make sure that only one bot instance is running",
            )
        again, self._repeats = self._repeats, []
        return (again + self.pending)[:limit]

    def on_setwebhook(self, params: Json) -> bool:
        url = str(params.get("url", ""))
        if url and not url.startswith(("https://", "http://")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        secret = rules.check_secret(params.get("secret_token"))
        self._allow(params)
        self.webhook = {"url": url, "secret_token": secret}
        if str(params.get("drop_pending_updates", "")).lower() == "true":
            self.pending.clear()
        if url and self._deliverer is None:
            self._deliverer = asyncio.get_running_loop().create_task(self._deliver_pending())
        return True

    async def on_deletewebhook(self, params: Json) -> bool:
        self.webhook = {"url": ""}
        if str(params.get("drop_pending_updates", "")).lower() == "true":
            self.pending.clear()
        await self.stop()
        return True

    def on_getwebhookinfo(self, params: Json) -> Json:
        return {
            "url": self.webhook["url"],
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            "allowed_updates": sorted(self._allowed),
        }

    async def _deliver_pending(self) -> None:
        """In order, one at a time, again and again until the answer is a 2xx."""
        while True:
            async with self._news:
                await self._news.wait_for(lambda: self.pending)
            update = self.pending[0]
            try:
                status = await self.deliver(
                    update, self.webhook["url"], self.webhook["secret_token"] or None
                )
            except httpx.HTTPError:
                status = 0
            self.webhook_answers.append(status)
            if 200 <= status < 300:
                self.pending.pop(0)
            else:
                await asyncio.sleep(self.webhook_pause)

    def _allow(self, params: Json) -> None:
        allowed = rules.parsed(params, "allowed_updates")
        if allowed is not None:
            if not set(allowed) <= rules.UPDATES:
                raise bad("unknown update type in allowed_updates")
            self._allowed = set(allowed) or set(_USUAL)

    def _wake(self) -> None:
        async def wake() -> None:
            async with self._news:
                self._news.notify_all()

        task = asyncio.get_running_loop().create_task(wake())
        self._wakers.add(task)
        task.add_done_callback(self._wakers.discard)
