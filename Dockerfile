# The dashboard in a container:
#
#     docker build --tag facespace . && docker run --rm --publish 8501:8501 facespace
#
# and open http://localhost:8501. Nothing is kept: whoever comes through a container counts as a
# stranger, so the review queue lives in the visit. compose.yaml starts the same, with limits, and
# with a TURN server for live video, and the service over HTTP, if asked to.
#
# At rest it holds 280 MB with Python 3.12, and 315 with 3.13.
FROM python:3.12-slim

# A user without rights on the system. Films are read in /tmp, and nothing else is written.
RUN useradd --create-home --uid 1000 facespace
WORKDIR /app

# The packages first: they change less often than the program, and their layer is kept. All come as
# wheels that bring what they need, so the system needs no package of its own.
COPY requirements.txt .
COPY serve-requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: \
    -r requirements.txt -r serve-requirements.txt

COPY .streamlit/config.toml .streamlit/
COPY streamlit_app.py .
COPY artifacts artifacts
COPY facespace facespace
COPY dashboard dashboard
COPY pages pages
COPY static static

# Photos go back to the system once they are read; see dashboard/app/memory.py.
ENV PYTHONUNBUFFERED=1 \
    FACESPACE_PUBLIC=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576

USER facespace
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "streamlit_app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true", "--server.fileWatcherType=none"]
