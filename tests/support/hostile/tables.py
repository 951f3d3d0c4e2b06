"""Tables of labels as no program should write them, and as a stranger might."""

from __future__ import annotations

from tests.support.outcomes import EITHER, READ
from tests.support.pictures import GREY, png

PHOTO = png(GREY)
#: Rows that are read in these tests.
MOST = 500
COLUMN, TABLE, NONE = "has no column", "cannot be read as a table", "has no labelled photos"
ONE_CLASS = "Photos of both classes"
GOOD = "file,gender\na.png,female\nb.png,male\n"


def rows(*lines: str, head: str = "file,gender,age,race,person,split") -> bytes:
    """A table of these lines beside one good photo of each class."""
    return "\n".join([head, "a.png,female", "b.png,male", *lines, ""]).encode()


#: By name a ``labels.csv`` and how it ends.
TABLES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", COLUMN),
    "a line end": (b"\n", COLUMN),
    "blank lines": (GOOD.replace("\n", "\n\n\n").encode(), READ),
    "blank lines first": (b"\n" * 100 + GOOD.encode(), READ),
    "a header alone": (b"file,gender\n", NONE),
    "no header": (b"a.png,female\nb.png,male\n", COLUMN),
    "other columns": (b"name,sex\na.png,female\n", COLUMN),
    "columns in capitals": (b"FILE,GENDER\na.png,female\n", ONE_CLASS),
    "columns with spaces": (b"file, gender\na.png,female\n", ONE_CLASS),
    "columns twice": (b"file,gender,gender\na.png,x,female\nb.png,x,male\n", READ),
    "files twice": (b"file,file,gender\nx,a.png,female\nx,b.png,male\n", READ),
    "semicolons": (GOOD.replace(",", ";").encode(), READ),
    "tabs": (GOOD.replace(",", "\t").encode(), READ),
    "one class": (b"file,gender\na.png,female\n", ONE_CLASS),
    "other words": (b"file,gender\na.png,woman\nb.png,man\n", READ),
    "numbers for words": (b"file,gender\na.png,0\nb.png,1\n", NONE),
    "capitals and spaces": (b"file,gender\na.png, FEMALE \nb.png,M\n", READ),
    "too few fields": (rows("c.png", "", "c"), READ),
    "too many fields": (rows("c.png,female" + ",x" * 500), READ),
    "a thousand columns": (rows(head="file,gender," + ",".join(map(str, range(1000)))), READ),
    "UTF-8 with a byte order mark": (("\ufeff" + GOOD).encode(), READ),
    "two byte order marks": (("\ufeff\ufeff" + GOOD).encode(), READ),
    "UTF-16": (GOOD.encode("utf-16"), READ),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), READ),
    "UTF-32": (GOOD.encode("utf-32"), READ),
    "Latin-1": ("file,gender\nZoë.png,female\n".encode("latin-1"), ONE_CLASS),
    "EBCDIC": (GOOD.encode("cp500"), EITHER),
    "NULs": (b"file,gender\n\0.png,female\nb\0.png,male\n", EITHER),
    "NULs alone": (bytes(5000), EITHER),
    "Mac line ends": (GOOD.replace("\n", "\r").encode(), READ),
    "Windows line ends": (GOOD.replace("\n", "\r\n").encode(), READ),
    "mixed line ends": (b"file,gender\ra.png,female\r\nb.png,male\n", READ),
    "a quote not closed": (b'file,gender\n"a.png,female\nb.png,male\n', NONE),
    "a quote not closed in a long table": (b'file,gender\n"' + b"x,f\n" * 50_000, TABLE),
    "quotes within": (b'file,gender\n"a"".png",female\nb"c.png,male\n', READ),
    "a line end in a name": (b'file,gender\n"a\n.png",female\nb.png,male\n', READ),
    "a line of 200,000 signs": (rows("x" * 200_000 + ",female"), TABLE),
    "a line of 100,000 signs": (rows("x" * 100_000 + ",female"), READ),
    "more rows than are read": (rows(*["c.png,f"] * MOST), "has more than"),
    "formulas": (rows("=cmd|' /C calc'!A0,female", '"=HYPERLINK(""http://x"")",male'), READ),
    "formulas as labels": (rows("c.png,=1+1"), READ),
    "markup": (rows("<script>alert(1)</script>.png,female", "![x](http://x/y.png),male"), READ),
    "a path up": (rows("../../etc/passwd,female"), READ),
    "a path up within": (rows("a/../../b.png,male"), READ),
    "a path of root": (rows("/etc/passwd,female", "//etc/passwd,male"), READ),
    "a path of Windows": (rows("C:\\a.png,female", "\\\\host\\x.png,male", "..\\x.png,male"), READ),
    "the folder itself": (rows(".,female", "./,male", "./.,male"), READ),
    "the table itself": (rows("labels.csv,female"), READ),
    "a device": (rows("/dev/zero,female", "dev/zero,female"), READ),
    "an address": (rows("http://example.org/a.png,female", "file:///etc/passwd,male"), READ),
    "a home": (rows("~/a.png,female", "$HOME/a.png,male"), READ),
    "long names": (rows("x" * 5000 + ".png,female", "a/" * 2000 + "b.png,male"), READ),
    "the same row often": (rows(*["a.png,female"] * 9), READ),
    "one photo of both classes": (rows("a.png,male", "b.png,female"), READ),
    "odd ages": (
        rows(*(f"a.png,female,{age}" for age in (
            *("-5", "1e999", "nan", "inf", "²", "٣٤", "½", "0x1f", "9" * 5000, "30-", "-", " "),
            *("more than 70", "0", "007", "120", "3.5", "=1+1", "thirty"),
        ))),
        READ,
    ),
    "odd races and persons": (rows("a.png,female,3,<b>,=1", "b.png,male,4,\u202e,'"), READ),
    "odd splits": (rows("c.png,female,,,,holdout", "d.png,male,,,,TRAIN"), READ),
    "tested photos of one class": (rows("c.png,female,,,,test"), EITHER),
    "control signs": (rows("\x1b[31m.png,female", "\x07.png,male"), READ),
    "signs beyond the first plane": (rows("😀.png,female"), READ),
    "an emoji flag as age": (rows("a.png,female,🇺🇳"), READ),
    "binary": (b"\x80\x81\x82\xff" * 500, TABLE),
    "a photo": (PHOTO, TABLE),
    "JSON": (b'{"file": "a.png", "gender": "female"}', COLUMN),
    "HTML": (b"<table><tr><td>a.png</td></tr></table>", COLUMN),
    "a delimiter on the first line": (b"sep=;\n" + GOOD.replace(",", ";").encode(), READ),
    "a delimiter that is none": (b"sep=x\n" + GOOD.encode(), COLUMN),
    "delimiters alone": (b"sep=;\n;;;\n;;;\n", COLUMN),
    "half of UTF-16": (GOOD.encode("utf-16")[:-1], TABLE),
    "UTF-16 marks alone": (b"\xff\xfe" * 500, COLUMN),
    "Excel": (b"PK\x03\x04\x14\0\x06\0" + bytes(100), "is a workbook"),
    "Excel of old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "is a workbook"),
}  # fmt: skip
