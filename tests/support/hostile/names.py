"""A name of a file, as a stranger may choose it."""

from __future__ import annotations

#: Where the name would have a page send a request.
FOREIGN = "foreign.example"

#: A picture, a link, words in bold, red and code, a formula and an icon, to Markdown. Slashes are
#: written as Markdown reads them too, for a name of a file can have none. It has no ending yet.
NAME = (
    f"![x](http:&sol;&sol;{FOREIGN}&sol;x.png) [y](http:&sol;&sol;{FOREIGN}) www.{FOREIGN} "
    "**b** :red[r] $z$ `c` :material_bug: <b>"
)
