"""The colours of the verdicts, everywhere the same, told apart by colour-blind people too.

Orange and blue after Okabe and Ito (2008), grey for "?". Each has a contrast of at least 3:1 to the
light page and to the dark one, and they differ in lightness as well as in hue: for people without
one kind of cones, simulated after Machado, Oliveira and Fernandes (2009), the two nearest still lie
19 apart in CIEDE2000. Words, shapes or dashes always say the same again.
"""

FEMALE = "#d97700"
MALE = "#1f72b8"
UNSURE = "#8b919a"

VERDICTS = {"female": FEMALE, "male": MALE, "?": UNSURE}

#: Words on colours that are the same in both themes.
DARK = "#17202b"


def contrast(one: str, other: str) -> float:
    """How far two colours, ``#rrggbb``, are apart in light, 1 to 21: WCAG 2.2's contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink(ground: str) -> str:
    """The colour of words on a ground, ``#rrggbb``: dark or white, whichever reads better."""
    return max((DARK, "#ffffff"), key=lambda colour: contrast(colour, ground))


def _luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 to 1, as WCAG defines it."""
    srgb = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in srgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
