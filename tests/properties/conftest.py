"""Let the tests here import `damaged_files`, which also runs by itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
