"""The colours of the verdicts, everywhere the same, told apart by colour-blind people too.

Orange and blue of Okabe and Ito's palette (2008), darkened to a contrast of at least 3:1 on both
the light and the dark page; grey for "?". Words, shapes or dashes always say the same again.
"""

FEMALE = "#d1720a"
MALE = "#2f86c8"
UNSURE = "#828a94"

VERDICTS = {"female": FEMALE, "male": MALE, "?": UNSURE}
