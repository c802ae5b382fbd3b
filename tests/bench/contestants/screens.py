"""The four-hop talk in mobilex, its sessions in Valkey. Runs in a virtual environment of its own."""

import os
from urllib.parse import parse_qs

from mobilex import App, Request, Screen
from mobilex.cache.redis import RedisCache
from mobilex.screens import Action
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


class Valkey(RedisCache):
    """Its store, at the address of ours."""

    def __init__(self, app, **options):
        super().__init__(app, "unix://" + os.environ["BENCH_VALKEY_SOCKET"], **options)


talk = App("bench", session_backend=Valkey)


@talk.entry_screen("menu")
class _Menu(Screen):
    actions = (Action("My cover", key="1", screen="cover"), Action("Report", key="2", screen="menu"))

    def render(self):
        self.print("City cover")


@talk.screen("cover")
class _Cover(Screen):
    actions = (Action("Right", key="1", handler="right"), Action("Wrong data", key="2", screen="menu"))

    def render(self):
        self.print("Sulistiaw*** 0001\nActive until 31/10/26")

    def right(self, pressed):
        from mobilex.responses import redirect

        self.session["cover"] = pressed
        return redirect("card")


@talk.screen("card")
class _Card(Screen):
    actions = (Action("Yes", key="1", handler="came"), Action("No", key="2", screen="menu"))

    def render(self):
        self.print("Has the card come?")

    def came(self, pressed):
        from mobilex.responses import redirect

        self.session["card"] = pressed
        return redirect("working")


@talk.screen("working")
class _Working(Screen):
    actions = (Action("Yes", key="1", screen="menu"), Action("No", key="2", screen="menu"))

    def render(self):
        self.print(f"Thank you ({self.session['cover']}). Do you still work here?")


async def _hop(http):
    form = parse_qs((await http.body()).decode(), keep_blank_values=True)
    asked = Request(
        form["phoneNumber"][0],
        session_id=form["sessionId"][0],
        ussd_string=form["text"][0],
        service_code=form["serviceCode"][0],
    )
    return PlainTextResponse(await talk(asked))


application = Starlette(routes=[Route("/ussd", _hop, methods=["POST"])])
