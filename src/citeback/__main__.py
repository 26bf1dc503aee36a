"""`python -m citeback`: the command line."""

import sys

from citeback.serve.entry import main

sys.exit(main())
