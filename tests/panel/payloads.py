"""Three hundred texts that run a script wherever a page takes them for markup, for code, or for an address.

Each holds a mark of its own (`xss0000`), so that a test can see it shown as the text that it is. Whatever
runs sets `window.ran`.
"""

from __future__ import annotations

_VECTORS = (
    "<script>{run}</script>",
    "<img src=x onerror={run}>",
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>",
    "<details open ontoggle={run}>a</details>",
    "<video><source onerror={run}></video>",
    "<input autofocus onfocus={run}>",
    "<object data='data:text/html,<script>{run}</script>'></object>",
    "<math><mtext><style><img src=x onerror={run}></style></mtext></math>",
    "<style onload={run}>@import 'x';</style>",
    "<audio src=x onerror={run}></audio>",
    "<body onload={run}>",
    "<marquee onstart={run}>a</marquee>",
    "<a href='javascript:{run}'>a</a>",
    "javascript:{run}",
    "{{{{constructor.constructor('{run}')()}}}}",
    "${{{run}}}",
    "&lt;img src=x onerror={run}&gt;",
    "\\u003cimg src=x onerror={run}\\u003e",
)
_BEFORE = (
    "",
    '">',
    "'>",
    "-->",
    "</title>",
    "</style>",
    "</textarea>",
    "</script>",
    "]]>",
    "</svg>",
    '" onmouseover="',
    "<!--<b>-->",
    "`>",
    "</option></select>",
    "\u2028",
)


def mark(number: int) -> str:
    """What the payload of a number shows of itself."""
    return f"xss{number:04d}"


def payloads() -> list[str]:
    """All of them, each with its mark first."""
    both = [(before, vector) for vector in _VECTORS for before in _BEFORE]
    return [
        f"{mark(number)} {before}{vector.format(run='window.ran=1')}"
        for number, (before, vector) in enumerate(both)
    ]
