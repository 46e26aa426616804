"""``beside``: the command line. Exit status 0 done, 1 failed, 2 wrong use or configuration."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from dotenv import load_dotenv

from assistant.settings import Settings, SettingsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Beside, a peer-support companion that brings in a live human peer.",
)
staff_app = typer.Typer(no_args_is_help=True, help="Accounts of peers, supervisors and admins.")
app.add_typer(staff_app, name="staff")


def main() -> None:
    """The entry point: reads ``.env``, then runs the command."""
    load_dotenv(Path.cwd() / ".env")
    try:
        app()
    except SettingsError as error:
        _fail(str(error), 2)


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where the database and the model lie.")
    ] = None,
) -> None:
    """Start the gateway and the dialogue, and keep both running."""
    from assistant.supervisor import supervise

    given = {"BESIDE_HOST": host, "BESIDE_PORT": port, "BESIDE_DATA_DIR": data_dir}
    for name, value in given.items():
        if value is not None:
            os.environ[name] = str(value)
    settings = Settings.read(os.environ)
    status = asyncio.run(supervise(settings, dict(os.environ), lambda: _announce(settings)))
    raise typer.Exit(status)


def _announce(settings: Settings) -> None:
    """Where everything is. The link is made by a process of its own: it needs the database."""
    link = subprocess.run(
        [sys.executable, "-m", "assistant", "staff", "first"],
        check=False, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    telegram = "on" if settings.telegram_token else "off (set BESIDE_TELEGRAM_TOKEN)"
    lines = [
        "",
        "Beside is up.",
        f"  Demo page   {settings.public_url}/",
        f"  Console     {settings.public_url}/console",
    ]
    if link:
        lines.append(f"  First sign-in, once, within 48 hours:  {link}")
    lines += [
        f"  Channels    web on, REST on, Telegram {telegram}",
        "  The dialogue takes a while more (the first time it is trained, about two minutes);",
        "  crisis answers and people are there already.",
        "",
    ]
    print("\n".join(lines), flush=True)


@app.command()
def train() -> None:
    """Train and check the dialogue model, when there is no current one."""
    settings = Settings.read(os.environ)
    status = subprocess.call(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "assistant.dialogue", "--train", "--data-dir",
         str(settings.data_dir)],
    )  # fmt: skip
    raise typer.Exit(1 if status else 0)


@app.command()
def doctor() -> None:
    """What is configured, reachable, missing or out of date, each with its cure."""
    from assistant import doctor as doctors

    try:
        settings = Settings.read(os.environ)
    except SettingsError as error:
        _fail(str(error), 2)
    checks = asyncio.run(doctors.examine(settings))
    doctors.show(checks)
    raise typer.Exit(1 if any(check.state == "broken" for check in checks) else 0)


@app.command()
def rekey() -> None:
    """Seal everything stored anew with the newest key, after a key was put in front."""
    from assistant.storage.database import Database
    from assistant.storage.vault import Vault, VaultError, load_keys

    settings = Settings.read(os.environ)

    async def go() -> int:
        database = Database(settings.database_url)
        try:
            await database.migrate()
            vault = Vault(load_keys(settings.encryption_keys, settings.data_dir))
            return await database.reseal(vault)
        finally:
            await database.close()

    try:
        print(f"{asyncio.run(go())} stored texts are sealed with the newest key.")
    except VaultError as error:
        _fail(str(error), 1)


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="What the people they talk with will see.")],
    role: Annotated[str, typer.Option(help="peer, supervisor or admin")] = "peer",
) -> None:
    """Add an account, or let one choose a new passphrase; prints a one-time sign-in link."""
    settings = Settings.read(os.environ)
    print(_link(settings, _with_staff(settings, lambda staff: staff.add(name, role))))


@staff_app.command("list")
def staff_list() -> None:
    """All accounts."""
    from rich.console import Console
    from rich.table import Table

    settings = Settings.read(os.environ)
    table = Table("Name", "Role", "State", "Last seen (UTC)")
    for account in _with_staff(settings, lambda staff: staff.list()):
        state = "off" if not account.active else "ready" if account.ready else "link not used yet"
        seen = account.seen_at.strftime("%Y-%m-%d %H:%M") if account.seen_at else "never"
        table.add_row(account.name, account.role, state, seen)
    Console().print(table)


@staff_app.command("off")
def staff_off(name: Annotated[str, typer.Argument()]) -> None:
    """Switch an account off: its sessions end at once."""
    _with_staff(Settings.read(os.environ), lambda staff: staff.off(name))
    print(f"{name} can no longer sign in or write.")


@staff_app.command("first", hidden=True)
def staff_first() -> None:
    """Print a sign-in link if nobody has ever signed in."""
    settings = Settings.read(os.environ)

    async def first(staff: Any) -> str:
        accounts = await staff.list()
        if any(account.ready and account.active for account in accounts):
            return ""
        return str(await staff.add("Coordinator", "admin"))

    token = _with_staff(settings, first)
    if token:
        print(_link(settings, token))


def _link(settings: Settings, token: str) -> str:
    return f"{settings.public_url}/console/link/{token}"


def _with_staff(settings: Settings, use: Any) -> Any:
    """Run ``use(accounts)`` over the configured database; a sentence and status 1 on failure."""
    from sqlalchemy.exc import SQLAlchemyError

    from assistant.clock import SystemClock
    from assistant.staff.accounts import StaffAccounts
    from assistant.staff.errors import StaffError
    from assistant.storage.database import Database

    async def go() -> Any:
        database = Database(settings.database_url)
        try:
            await database.migrate()
            return await use(StaffAccounts(database, SystemClock()))
        finally:
            await database.close()

    try:
        return asyncio.run(go())
    except StaffError as error:
        _fail(str(error), 1)
    except (SQLAlchemyError, OSError) as error:
        _fail(
            f"The database cannot be used ({type(error).__name__}); `beside doctor` says more.", 1
        )


def _fail(sentence: str, status: int) -> None:
    print(f"beside: {sentence}", file=sys.stderr)
    raise SystemExit(status)
