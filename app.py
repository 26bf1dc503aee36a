"""Starts the page: python app.py, then http://127.0.0.1:7860 in a browser."""

import sys
from pathlib import Path

# A plain checkout runs without being installed.
sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from citeback.serve.start import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
