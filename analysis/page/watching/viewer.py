"""Viewer: one tab that watches - it is sent its runs, plays them by itself, and asks about lives."""

import asyncio
from collections.abc import Iterator
from typing import Any

from starlette.websockets import WebSocket

from analysis.page import views
from analysis.page.forms import named
from analysis.page.room import READY, Room
from analysis.page.running.sharing import Work
from analysis.page.talk import Talk
from analysis.page.uploads import population_called
from analysis.page.watching import agreements, lives
from analysis.page.watching.scenes import Scene, map_of, moving, scene_of
from analysis.page.watching.watched import Watched, parting, watch
from experiments.rows.outcomes import Failure
from experiments.rows.row import model_version, parameters_of, policy_of
from model.population import Population
from model.problems import BadInput


class Viewer(Talk):
    """A tab that watches."""

    def __init__(self, socket: WebSocket, room: Room) -> None:
        super().__init__(socket, room)
        self._watched: list[Watched] = []

    async def _hear(self, said: dict[str, Any]) -> None:
        match said:
            case {"scene": str(query)}:
                await self._show(query)
            case {"about": [str(kind), int(row), int(side)], "month": int(month)} if self._has(
                kind, row, side
            ):
                await self._tell(await asyncio.to_thread(self._life, kind, row, side, month))
            case {"why": [int(tie), int(month), str(event), int(side)]} if 0 <= side < len(self._watched):
                await self._tell(await asyncio.to_thread(self._reason, tie, month, event, side))

    async def _tell(self, fragments: dict[str, str], **more: Any) -> None:
        await self._socket.send_json({"fragments": fragments, **more})

    def _has(self, kind: str, row: int, side: int) -> bool:
        if not 0 <= side < len(self._watched):
            return False
        watched = self._watched[side]
        councils, universities = len(watched.councils), len(watched.universities)
        known = {"council": councils, "university": universities, "agreement": councils * universities}
        if kind in known:
            return 0 <= row < known[kind]
        return kind in ("tie", "researcher") and bool((watched.lives[kind] == row).any())

    async def _show(self, query: str) -> None:
        """Run what is asked for, and send it."""
        scene, problems = scene_of(query)
        await self._tell({"status": views.status(self._room.state)}, problems=problems)
        await self._room.is_open()
        if problems or self._room.state != READY:
            await self._tell({"status": views.status(self._room.state)})
            return
        try:
            self._watched = await self._seen(scene)
        except BadInput as error:
            await self._tell({"status": views.problem(" ".join(error.problems))})
            return
        fragments = await asyncio.to_thread(self._pictures, scene)
        runs = await asyncio.to_thread(lambda: [moving(each) for each in self._watched])
        await self._tell(
            fragments, runs=runs, months=self._watched[0].months, month=scene.month, query=scene.query
        )

    async def _seen(self, scene: Scene) -> list[Watched]:
        """The runs of a scene, in turns with whatever else runs.

        Raises:
            BadInput: if they cannot be run.
        """
        parameters, policies, population, seed = await asyncio.to_thread(self._asked, scene)
        done = self._loop.create_future()

        def tell(result: Any) -> None:
            self._loop.call_soon_threadsafe(lambda: done.done() or done.set_result(result))

        def task() -> Iterator[None]:
            tell((yield from watch(parameters, policies, population, seed)))

        self._run(Work(iter([task()]), tell))
        result = await done
        if isinstance(result, Exception):
            raise BadInput(f"This run fails: {result}")
        return result

    def _asked(self, scene: Scene) -> tuple[Any, Any, Population, int]:
        """What is run: what a link says, or a row of the store."""
        if not scene.row:
            population = population_called(scene.state.population, self._room.lists, scene.state.lists)
            return dict(scene.state.parameters), scene.policies, population, scene.seed
        keeper = self._room.runner.keeper
        with keeper.lock:
            keeper.store.refresh()
            row, name, version, outcome = keeper.store.find(scene.row)
            population = keeper.store.population(row.population)
        if version != model_version():
            raise BadInput(
                f"Row {name[:12]} ran on another version of the model, and cannot be watched here."
            )
        called = "failed" if isinstance(outcome, Failure) else f"row {name[:8]}"
        return parameters_of(row.parameters), [policy_of(row.policy, called)], population, row.seed

    def _pictures(self, scene: Scene) -> dict[str, str]:
        names = [named(each.policy.name) for each in self._watched]
        pictures = views.render(
            "pictures.html",
            maps=[map_of(each) for each in self._watched],
            names=names,
            seed=self._watched[0].seed,
        )
        return {
            "status": views.word("done", f"{' and '.join(names)}, seed {self._watched[0].seed}: press play."),
            "pictures": pictures,
            "parting": self._parting(names),
            "find": views.render("find.html", watched=self._watched[0], names=names),
            "about": "",
        }

    def _parting(self, names: list[str]) -> str:
        """Where the two part, and why."""
        if len(self._watched) < 2:
            return ""
        found = parting(*self._watched)
        if found.month is None:
            return views.render("parting.html", found=found, names=names)
        told = found.event and lives.reason(self._watched[found.where], found.event)
        moment = found.event and lives.moment_of(self._watched[found.where], found.event)
        title = found.event and lives.title(self._watched[found.where], "tie", int(found.event["tie"]))
        return views.render(
            "parting.html",
            found=found,
            names=names,
            when=lives.when(found.month),
            reason=told,
            moment=moment,
            title=title,
        )

    def _life(self, kind: str, row: int, side: int, month: int) -> dict[str, str]:
        watched = self._watched[side]
        month = max(0, min(month, watched.months - 1))
        if kind == "agreement":
            u, c = agreements.pair_of(watched, row)
            title, now = agreements.title(watched, row), agreements.now(watched, row, month)
            moments = lives.moments_of_both(watched, c, u, month)
        else:
            title, now = lives.title(watched, kind, row), lives.now(watched, kind, row, month)
            moments = lives.moments(watched, kind, row, month)
        return {
            "about": views.render(
                "life.html",
                title=title,
                policy=named(watched.policy.name),
                when=lives.when(month),
                now=now,
                agreements=agreements.signed_by(watched, kind, row, month),
                moments=moments,
                side=side,
            )
        }

    def _reason(self, tie: int, month: int, event: str, side: int) -> dict[str, str]:
        watched = self._watched[side]
        own = watched.lives
        found = own[(own["tie"] == tie) & (own["month"] == month) & (own["event"] == event)]
        if found.empty:
            return {}
        told = lives.reason(watched, found.iloc[0].to_dict())
        moment = lives.moment_of(watched, found.iloc[0].to_dict())
        title = lives.title(watched, "tie", tie)
        return {"why": views.render("why.html", reason=told, moment=moment, title=title)}
