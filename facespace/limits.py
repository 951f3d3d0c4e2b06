"""Every cap and thread count of the runtime, each open to an environment variable of the same name.

Set ``FACESPACE_MAX_PIXELS=20000000`` to lower the pixel cap, and so on for each constant.
"""

import os


def _read(name: str, default: int) -> int:
    text = os.environ.get(f"FACESPACE_{name}", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return number or default


#: Bytes of one picture file.
MAX_BYTES = _read("MAX_BYTES", 50 * 2**20)

#: Pixels (width times height) of one picture. A pixel takes three bytes, and while it is decoded
#: eight, with transparency twelve (measured).
MAX_PIXELS = _read("MAX_PIXELS", 50_000_000)

#: Scans of one JPEG, each of which goes over all its pixels (a progressive one has ten), and tiles
#: or strips of any other picture.
MAX_SCANS = _read("MAX_SCANS", 100)
MAX_TILES = _read("MAX_TILES", 100_000)

#: Seconds that one picture may take to be decoded; 50 million pixels take about one.
DECODE_SECONDS = _read("DECODE_SECONDS", 30)

#: Pictures taken at once by a page.
MAX_FILES = _read("MAX_FILES", 100)

#: Seconds after which a page that reads pictures pauses and asks whether to go on.
MAX_SECONDS = _read("MAX_SECONDS", 300)

#: Faces of one picture that are judged, the surest finds first. A stadium has fewer that are large
#: enough to see; each takes some 10 kB, and more once it is drawn.
MAX_FACES = _read("MAX_FACES", 1_000)

#: Characters of what an address of the dashboard says after its "?".
MAX_QUERY = _read("MAX_QUERY", 4_000)

#: Bytes, pixels of a frame, seconds and frames of one film.
MAX_FILM_BYTES = _read("MAX_FILM_BYTES", 500 * 2**20)
MAX_FILM_PIXELS = _read("MAX_FILM_PIXELS", 4096 * 2304)
MAX_FILM_SECONDS = _read("MAX_FILM_SECONDS", 3600)
MAX_FILM_FRAMES = _read("MAX_FILM_FRAMES", 60 * 3600)

#: Bytes of one ZIP of pictures, as it comes and with everything unpacked, and how many files it
#: may hold. Pictures are read from it one at a time, so the second bounds time, not memory.
MAX_ARCHIVE_BYTES = _read("MAX_ARCHIVE_BYTES", 200 * 2**20)
MAX_ARCHIVE_UNPACKED = _read("MAX_ARCHIVE_UNPACKED", 2 * 2**30)
MAX_ARCHIVE_FILES = _read("MAX_ARCHIVE_FILES", 20_000)

#: How many times its packed size a file of over a megabyte may have. Photos are packed already;
#: an empty bitmap comes to some hundreds, a file made to fill the disk to a thousand.
MAX_ARCHIVE_RATIO = _read("MAX_ARCHIVE_RATIO", 200)

#: Folders within each other in a ZIP, and bytes of a name with all of them.
MAX_ARCHIVE_DEPTH = _read("MAX_ARCHIVE_DEPTH", 40)
MAX_ARCHIVE_NAME = _read("MAX_ARCHIVE_NAME", 1_000)

#: Rows of one ``labels.csv``, some 600 bytes each once read. A ZIP's may have as many as it may
#: have files.
MAX_LABELS = _read("MAX_LABELS", 1_000_000)

#: Faces of the review queue at most, some 30 kB each, and for how many days one waits.
MAX_REVIEWS = _read("MAX_REVIEWS", 2_000)
REVIEW_DAYS = _read("REVIEW_DAYS", 90)

#: Bytes of all pictures of one ZIP of reviews, as they are kept.
MAX_REVIEW_BYTES = _read("MAX_REVIEW_BYTES", 200 * 2**20)

#: Faces scored in one run of the model. More of them would not be faster, and take more memory:
#: the kernel matrix of the largest model has one float32 for every face and support vector.
BATCH = _read("BATCH", 8)

#: Pictures that are decoded, analysed or drawn at once, whoever asks. Each may take 8 bytes a pixel
#: and 40 MB: more of them would need more memory and be no faster on as many processors.
AT_ONCE = _read("AT_ONCE", 2)

#: Threads of onnxruntime and of OpenCV. Both would otherwise count the processors of the host,
#: not those that a container may use.
THREADS = _read("THREADS", min(2, os.cpu_count() or 1))

#: What ``facespace serve`` takes: bytes of all photos of one request, and of all that are there at
#: once; requests with photos at once; films that come, wait or are read; seconds that anything may
#: take to come.
MAX_UPLOAD = _read("MAX_UPLOAD", 200 * 2**20)
MAX_UPLOADS = _read("MAX_UPLOADS", 500 * 2**20)
MAX_REQUESTS = _read("MAX_REQUESTS", 64)
MAX_FILMS = _read("MAX_FILMS", 4)
UPLOAD_SECONDS = _read("UPLOAD_SECONDS", 300)

#: How many films' results it keeps, and for how many seconds.
MAX_RESULTS = _read("MAX_RESULTS", 20)
RESULT_SECONDS = _read("RESULT_SECONDS", 3600)
