# The app for everyone who has no Python at hand:
#   docker build -t draw-a-garment . && docker run --rm -p 7860:7860 draw-a-garment
FROM python:3.12-slim

ENV GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    GRADIO_ANALYTICS_ENABLED=False \
    PYTHONUNBUFFERED=1

RUN useradd --create-home --uid 1000 app
WORKDIR /app

# PyTorch without CUDA is much smaller; its partner must come from the same place. Both are within the
# ranges of the second line, which therefore leaves them alone.
COPY requirements.txt .
RUN grep --extended-regexp '^torch(vision)?[<>=]' requirements.txt > torch.txt \
    && pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu -r torch.txt \
    && pip install --no-cache-dir -r requirements.txt \
    && rm torch.txt

COPY app.py LICENSE ./
COPY fmnist_demo fmnist_demo
COPY weights weights

# A number, so that a cluster can see that it is not root.
USER 1000
EXPOSE 7860
# Gradio closes in order on Ctrl-C.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:7860/gradio_api/app_id', timeout=4)"]
CMD ["python", "app.py"]
