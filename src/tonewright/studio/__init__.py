"""The web application: a server on this machine whose page says, matches, corrects, compares and keeps.

The server process holds sessions and files and stays light; whatever touches sound runs in worker processes
(:mod:`~tonewright.studio.worker`), so that it can be cancelled, and may crash, without the page noticing. The page is
``static/``, its engine the room ``web``; between them lies docs/studio-api.md.
"""
