import asyncio
from tests.console.test_browser import *

async def test_dbg(seat, service):
    page = await seat("Dana", viewport={"width": 1366, "height": 820})
    page.on("console", lambda m: print("LOG", m.text))
    page.on("pageerror", lambda m: print("ERR", m))
    await page.evaluate("""() => { const s = new EventSource('/console/api/stream'); s.addEventListener('queue', e => console.log(e.data)); }""")
    await ask_for_a_person(service)
    await ask_for_a_person(service, address="ben")
    await write(service, "i took all the pills, i am going to die", address="ben")
    await asyncio.sleep(3)
    print(await page.locator("#waiting").inner_text())
