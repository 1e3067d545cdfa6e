"""The protocol: tools by name, one call at a time, one sentence for every error; nothing else on standard output."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from tonewright import __version__
from tonewright.assistant import applying, choosing, looking
from tonewright.assistant.arguments import (
    Arguments,
    Auto,
    Compare,
    Export,
    Match,
    Measure,
    Nothing,
    Render,
    Say,
    checked,
)
from tonewright.assistant.bench import Bench
from tonewright.errors import TonewrightError
from tonewright.rendering import Progress

INSTRUCTIONS = (
    "Tonewright is an equalizer and compressor for recordings. say turns words into settings, auto balances a "
    "recording, match makes it sound like references, render applies settings, export writes them for other programs, "
    "measure and compare only look. Tools that write are dry runs first: they show settings, explanation and loudness "
    "and return a token; the same call with apply set to that token writes exactly what was shown. Show the "
    "explanation to the user before you apply. Recordings are never written over; results go to new files. Call files "
    "to see what there is."
)
#: A progress message is sent when this part of the work is done.
_STEP = 0.02


@dataclass(frozen=True)
class Tool:
    """One tool: what it takes, what it does, what is said of it."""

    arguments: type[Arguments]
    run: Callable[[Bench, Any, Progress | None], dict[str, Any]]
    description: str
    writes: bool = False


TOOLS = {
    "say": Tool(
        Say,
        choosing.say,
        "Turn a request in words into settings, and put them on a recording if one is named. Numbers in the request "
        "are obeyed exactly.",
        writes=True,
    ),
    "auto": Tool(Auto, choosing.auto, "Bring the balance of a recording into order, without a reference.", writes=True),
    "match": Tool(
        Match, choosing.match, "Make a recording sound like one or several references: tone and dynamics.", writes=True
    ),
    "render": Tool(Render, applying.render, "Apply settings to a recording as they stand.", writes=True),
    "export": Tool(
        Export,
        applying.export,
        "Write settings for another program (Equalizer APO, CamillaDSP, EasyEffects, ...), with the error of the "
        "conversion.",
        writes=True,
    ),
    "measure": Tool(
        Measure,
        looking.measure,
        "Measure loudness, true peak, loudness range, crest factor and spectrum of recordings.",
    ),
    "compare": Tool(
        Compare,
        looking.compare,
        "Put recordings side by side at equal loudness: tone, dynamics, level; or the responses of settings files.",
    ),
    "programs": Tool(Nothing, looking.programs, "List the programs that export writes for, and what each can carry."),
    "files": Tool(
        Nothing, looking.files, "List the folders this server may use, and the recordings and settings there."
    ),
}


def make_server(bench: Bench) -> Server[Any]:
    """Return a server whose tools work with a bench."""
    turn = anyio.Lock()

    async def list_tools(
        _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(name, tool) for name, tool in TOOLS.items()])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        async def send(stage: str, part: float) -> None:
            await context.session.report_progress(part, 1.0, stage)

        progress = _throttled(lambda stage, part: anyio.from_thread.run(send, stage, part))
        async with turn:
            return await anyio.to_thread.run_sync(answer, bench, params.name, params.arguments or {}, progress)

    return Server(
        "tonewright",
        version=__version__,
        title="Tonewright",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def answer(bench: Bench, name: str, given: dict[str, Any], progress: Progress | None = None) -> types.CallToolResult:
    """Call a tool and return its result; faults of the input, and of the program, are one sentence."""
    try:
        tool = TOOLS.get(name)
        if tool is None:
            raise TonewrightError(f"There is no tool {name!r}; there are {', '.join(TOOLS)}.")
        arguments = checked(tool.arguments, given)
        token = getattr(arguments, "apply", None)
        if token is None:
            found = tool.run(bench, arguments, progress)
        else:
            found = bench.carry_out(name, arguments, token, progress)
    except TonewrightError as error:
        return _refused(str(error))
    except Exception as error:
        if os.environ.get("TONEWRIGHT_DEBUG", "") not in {"", "0"}:
            raise
        what = " ".join(str(error).split())[:200]
        return _refused(f"Tonewright failed unexpectedly ({type(error).__name__}: {what}); please report it.")
    plain = _plain({"tool": name, **found})
    text = types.TextContent(type="text", text=json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False))
    return types.CallToolResult(content=[text], structured_content=plain)


def serve(bench: Bench) -> None:
    """Serve on standard input and output until the client closes them."""
    server = make_server(bench)

    async def run() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(run)


def _described(name: str, tool: Tool) -> types.Tool:
    schema = tool.arguments.model_json_schema()
    schema.pop("description", None)
    text = f"{tool.description} A dry run first; apply with the token." if tool.writes else tool.description
    return types.Tool(
        name=name,
        description=text,
        input_schema=schema,
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.writes, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _refused(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=sentence)], is_error=True)


def _throttled(send: Progress) -> Progress:
    last = [-1.0]

    def progress(stage: str, part: float) -> None:
        if part - last[0] >= _STEP:
            last[0] = part
            send(stage, part)

    return progress


def _plain(value: Any) -> Any:
    """Turn what JSON cannot say (infinity, NaN, paths) into null and text."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
